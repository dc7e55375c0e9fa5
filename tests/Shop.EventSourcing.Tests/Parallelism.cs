// The stores on SQLite, the two collections on PostgreSQL, and the one that crashes its server: one after the other they leave a processor idle.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
