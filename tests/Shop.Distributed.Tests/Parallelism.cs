// The two collections, each with servers of its own, run side by side: while something is away in one, there is work to do in the other.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
