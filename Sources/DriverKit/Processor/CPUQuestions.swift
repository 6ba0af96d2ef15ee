import Processors
import Virt
import VirtXML
import XMLBinding

/// What clients ask about CPUs in documents, whichever driver they ask.
public enum CPUQuestions {
    /// The CPUs that documents describe.
    public static func read(_ documents: [String]) throws(VirtError) -> [CPUDescription] {
        var found: [CPUDescription] = []
        for text in documents {
            do throws(XMLError) {
                found.append(try CPUDescription(xml: text))
            } catch {
                throw VirtError(document: error, from: .cpu)
            }
        }
        return found
    }

    /// The most that several hosts' CPUs have in common, as a CPU for guests.
    public static func baseline(_ documents: [String], _ flags: ConnectBaselineCPUFlags) throws(VirtError)
        -> String
    {
        let cpus = try read(documents)
        for one in cpus where one.cpu.mode ?? .custom != .custom {
            throw VirtError(processor: .guestAttribute)
        }
        guard let architecture = cpus.first?.arch else { throw VirtError(processor: .noArchitecture) }
        for other in cpus where other.arch != architecture {
            throw VirtError(processor: other.arch.map(ProcessorError.wrongArchitecture) ?? .noArchitecture)
        }
        guard cpus.allSatisfy(\.isHost) else { throw VirtError(processor: .guestAttribute) }
        return try baseline(cpus, architecture, CPUBaseline(flags))
    }

    public static func baseline(_ cpus: [CPUDescription], _ architecture: String, _ question: CPUBaseline)
        throws(VirtError) -> String
    {
        do throws(ProcessorError) {
            return try text(try question.of(cpus.map(\.cpu), architecture: architecture))
        } catch {
            throw VirtError(processor: error)
        }
    }

    /// 0 where the host can't run the CPU, 1 where it is just that, 2 where the host can do more.
    public static func compare(
        _ document: String, with host: GuestCPU, _ architecture: String, _ flags: ConnectCompareCPUFlags
    ) throws(VirtError) -> Int32 {
        guard let wanted = try read([document]).first else { throw VirtError(processor: .noModel) }
        let result: CPUComparison
        do throws(ProcessorError) {
            result = try comparison(wanted, host, architecture)
        } catch {
            throw VirtError(processor: error)
        }
        switch result {
        case .identical: return 1
        case .superset: return 2
        case .incompatible(let reason):
            guard flags.contains(.failIncompatible) else { return 0 }
            throw VirtError(.cpuIncompatible, reason, from: .cpu)
        }
    }

    private static func comparison(_ wanted: CPUDescription, _ host: GuestCPU, _ architecture: String)
        throws(ProcessorError) -> CPUComparison
    {
        if let arch = wanted.arch, arch != architecture, !(arch == "i686" && architecture == "x86_64") {
            return .incompatible("CPU arch \(arch) does not match host arch")
        }
        if let mode = wanted.cpu.mode, mode != .custom { return .superset }
        guard ["x86_64", "i686"].contains(architecture) else { throw .noBaseline(architecture) }
        return try CPUComparison(host: host, guest: wanted.cpu)
    }

    private static func text(_ cpu: GuestCPU) throws(ProcessorError) -> String {
        guard let text = try? cpu.xml() else { throw .noModel }
        return text
    }
}

extension CPUBaseline {
    public init(_ flags: ConnectBaselineCPUFlags) {
        self.init()
        migratable = flags.contains(.migratable)
        expandsFeatures = flags.contains(.expandFeatures)
    }
}

extension HostCPU {
    /// The host's CPU as comparisons take it.
    public var described: GuestCPU {
        var cpu = GuestCPU()
        var named = CPUModel()
        named.name = model
        cpu.model = named
        cpu.vendor = vendor
        cpu.features = features.map { CPUFeature($0, .require) }
        return cpu
    }
}
