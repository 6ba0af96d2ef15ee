import XMLBinding

extension DomainDefinition {
    /// Fills in what LXC's driver would: the general defaults, and who owns the files of shared folders.
    public mutating func fillContainerDefaults(_ defaults: GeneralDefaults) throws(XMLError) {
        try fillGeneralDefaults(defaults)
        for index in devices.filesystems.indices {
            devices.filesystems[index].accessMode = devices.filesystems[index].accessMode ?? .passthrough
        }
    }
}
