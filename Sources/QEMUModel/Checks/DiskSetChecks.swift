import VirtXML

extension DomainDefinition {
    /// A name stands for one disk; disks that share limits agree on them.
    func checkTargets() throws(ConfigurationError) {
        var sources: [String: String] = [:]
        var groups: [String: DiskDevice] = [:]
        for disk in devices.disks {
            let source = disk.source.volume == nil && !disk.source.name.isEmpty ? disk.source.name : "<null>"
            if let other = sources[disk.target.dev] {
                throw .xml(
                    "target '\(disk.target.dev)' duplicated for disk sources '\(other)' and '\(source)'")
            }
            sources[disk.target.dev] = source
            guard let group = disk.iotune?.groupName else { continue }
            if let other = groups[group], other.iotune != disk.iotune {
                throw .unsupported(
                    "different iotunes for disks \(other.target.dev) and \(disk.target.dev)")
            }
            groups[group] = disk
        }
    }
}
