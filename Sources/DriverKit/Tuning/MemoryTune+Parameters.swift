import Virt
import VirtXML

/// How much of the host's memory a guest may use, as a call's parameters in KiB (`virDomainMemoryParameters`).
extension MemoryTune {
    /// The number that says "no limit".
    public static let unlimited: UInt64 = 9_007_199_254_740_991

    public var parameters: [TypedParameter] {
        [("hard_limit", hardLimit), ("soft_limit", softLimit), ("swap_hard_limit", swapHardLimit)].map {
            TypedParameter($0, .ullong($1?.kibibytes ?? Self.unlimited))
        }
    }

    /// Changes what is given of them.
    public mutating func change(_ given: [TypedParameter]) throws(VirtError) {
        let wanted = try ParameterReading(given, knowing: parameters.map(\.field))
        func limit(_ name: String, _ old: ByteSize?) throws(VirtError) -> ByteSize? {
            guard let value = try wanted.ullong(name) else { return old }
            if value >= Self.unlimited { return nil }
            guard let size = ByteSize(kibibytes: value) else {
                throw VirtError(.invalidArg, "\(name) of \(value) KiB is too much")
            }
            return size
        }
        let (hard, swap) = (
            try limit("hard_limit", hardLimit), try limit("swap_hard_limit", swapHardLimit)
        )
        let soft = try limit("soft_limit", softLimit)
        if let swap, hard.map({ $0 > swap }) ?? true {
            throw VirtError(
                .invalidArg, "memory hard_limit tunable value must be lower than or equal to swap_hard_limit",
                from: .domain)
        }
        (hardLimit, swapHardLimit, softLimit) = (hard, swap, soft)
    }
}
