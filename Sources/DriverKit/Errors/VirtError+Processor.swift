import Processors
import Virt

extension VirtError {
    /// Why CPUs could not be compared or brought together, as libvirt says it.
    public init(processor error: ProcessorError) {
        let (code, text): (ErrorNumber, String) =
            switch error {
            case .unknownModel(let name): (.internalError, "Unknown CPU model \(name)")
            case .unknownFeature(let name): (.internalError, "Unknown CPU feature \(name)")
            case .unknownVendor(let name): (.internalError, "Unknown CPU vendor \(name)")
            case .noModel: (.xmlError, "Missing CPU model name")
            case .noArchitecture: (.xmlError, "Missing CPU architecture")
            case .guestAttribute: (.configUnsupported, "Attribute mode is only allowed for guest CPU")
            case .wrongArchitecture(let name): (.internalError, "CPU architecture \(name) is not the others'")
            case .vendorsDiffer: (.operationFailed, "CPU vendors do not match")
            case .incompatible: (.operationFailed, "CPUs are incompatible")
            case .noBaseline(let name): (.noSupport, "cannot compute baseline CPU of \(name) architecture")
            case .noCandidate: (.configUnsupported, "no CPU model stands for the CPU")
            }
        self.init(code, text, from: .cpu)
    }
}
