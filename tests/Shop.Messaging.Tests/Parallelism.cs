// Most of these tests wait for a pause to pass, and more of them than there are processors can wait at once.
[assembly: CollectionBehavior(MaxParallelThreads = 6)]
