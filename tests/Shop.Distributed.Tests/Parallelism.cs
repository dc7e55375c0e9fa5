// Each drill runs nine processes and two servers; side by side they would only measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
