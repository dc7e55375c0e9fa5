// The tests mostly wait for a database.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
