/// Why CPUs can't be compared or brought together.
public enum ProcessorError: Error, Equatable, Sendable {
    case unknownModel(String)
    case unknownFeature(String)
    case unknownVendor(String)
    case noModel
    case noArchitecture
    /// Where a CPU asks for a model, and a machine's own was expected.
    case guestAttribute
    case wrongArchitecture(String)
    case vendorsDiffer
    case incompatible
    /// No baseline is known for CPUs of this architecture.
    case noBaseline(String)
    /// No model may stand for the CPU.
    case noCandidate
}
