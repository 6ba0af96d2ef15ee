import LinuxSystem
import VirtXML

/// The processors of this host that run now.
public enum HostCPUs {
    public static var online: CPUSet {
        let numbers = LinuxSystem.HostTopology.onlineProcessors
        return CPUSet(numbers.isEmpty ? Array(0..<ProcessorFacts.usableCount) : numbers)
    }

    /// How many bytes a map of all of them has.
    public static var mapLength: Int { ((online.members.last ?? 0) + 8) / 8 }
}
