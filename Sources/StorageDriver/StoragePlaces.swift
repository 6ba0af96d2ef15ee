import DriverKit

/// Where the driver's files are.
public struct StoragePlaces: Sendable {
    /// Definitions, and links to those that start with the host.
    public var definitions: String
    /// What lasts as long as the host is up: which pools run.
    public var run: String
    /// What is being made, so that what is left of it is found.
    public var parts: String
    /// Where the kernel tells of its devices.
    public var system = "/sys"
    /// Where devices are by the kernel's names.
    public var devices = "/dev"

    public init(_ layout: StateLayout) {
        definitions = layout.configuration + "/storage"
        run = layout.run + "/storage"
        parts = layout.library + "/storage/parts"
    }
}
