// Each of these tests runs a whole shop, or several; side by side they would only measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
