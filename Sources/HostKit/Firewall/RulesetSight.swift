import LinuxSystem
import Virt

/// What a driver's tables look like, and in which state of all rules: while that is the same, nobody has changed them.
public struct RulesetSight: Sendable {
    public let text: String
    /// nil where somebody changed rules meanwhile.
    private let generation: UInt32?

    /// Looks at tables. May wait.
    public init(_ list: () throws(VirtError) -> String) throws(VirtError) {
        let before = try? RulesetGeneration.now()
        text = try list()
        generation = before.flatMap { before in (try? RulesetGeneration.now()) == before ? before : nil }
    }

    /// Whether no rule of anybody's has changed since. Asks the kernel for a number only.
    public var isCurrent: Bool { generation.map { (try? RulesetGeneration.now()) == $0 } ?? false }
}
