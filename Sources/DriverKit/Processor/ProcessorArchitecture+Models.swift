import Processors
import Virt

extension ProcessorArchitecture {
    /// The names of the CPU models that documents for an architecture may use; none where any name is accepted
    /// (`virConnectGetCPUModelNames`).
    ///
    /// - Throws: `invalidArg` where there is no such architecture, `noSupport` where nothing is known of its models.
    public static func modelNames(
        of architecture: String, from domain: ErrorDomain
    ) throws(VirtError) -> [String] {
        guard names.contains(architecture) else {
            throw VirtError(.invalidArg, "cannot find architecture \(architecture)", from: domain)
        }
        switch architecture {
        case "x86_64", "i686": return X86Model.names
        case "ppc64", "ppc64le": return PowerModel.names
        case "aarch64", "armv7l", "armv6l", "armv7b", "s390", "s390x": return []
        default:
            throw VirtError(
                .noSupport, "'\(architecture)' architecture is not supported by CPU driver", from: .cpu)
        }
    }
}
