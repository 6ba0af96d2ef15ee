extension SnapshotDefinition {
    /// Fills in what follows from the clock, in seconds since 1970: when it's taken, and a name.
    public mutating func fillDefaults(now: Int64) {
        name = name ?? String(now)
        if creationTime == nil, now != 0 { creationTime = now }
    }
}
