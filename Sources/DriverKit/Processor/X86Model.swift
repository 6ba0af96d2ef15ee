/// A named x86 processor: what QEMU shows to a guest under that name.
public struct X86Model: Hashable, Sendable {
    public var name: String
    /// Its maker as documents name it; nil for models that stand for no maker's processor.
    public var vendor: String?
    public var family: Int
    public var model: Int
    public var stepping: Int
    public var features: Set<String>

    init(_ name: String, _ vendor: String?, _ signature: (Int, Int, Int), _ features: String) {
        (self.name, self.vendor) = (name, vendor)
        (family, model, stepping) = signature
        self.features = Set(features.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    /// Features that documents always name, since not every version of the model has them.
    var alwaysNamed: Set<String> { name == "EPYC-Rome" ? ["xsaves"] : [] }

    /// The models from the oldest to the youngest, each maker's together: what QEMU 7.2 answers to
    /// `query-cpu-model-expansion` for each, as far as documents name it.
    public static let all: [X86Model] = intel + amd

    /// The model with a name.
    public static func named(_ name: String) -> X86Model? { all.first { $0.name == name } }
}
