import ByteText
import LinuxSystem
import Synchronization
import Virt
import VirtXML

/// The names of the host's ends of cards. Where a document names none they are counted, and no number comes back as long as
/// the daemon runs.
final class CardNames: Sendable {
    private let last = Mutex<[String: UInt64]>([:])

    /// Notes a name that is in use.
    func note(_ name: String) {
        for prefix in ["vnet", "macvtap"] {
            guard let number = name.droppingBytePrefix(prefix).flatMap({ UInt64($0) }) else { continue }
            last.withLock { $0[prefix] = max($0[prefix] ?? 0, number) }
        }
    }

    /// The name of a card's end: the one that its document gives, or a new one. May wait.
    func name(for card: InterfaceDevice) throws(VirtError) -> String {
        let prefix = card.type == .direct ? "macvtap" : "vnet"
        guard let given = card.target?.dev, !given.hasSameBytes(as: "\(prefix)%d") else {
            return next(prefix, counting: prefix)
        }
        if let (before, after) = given.cut(atByte: "%"), let rest = after.droppingBytePrefix("d"),
            !rest.contains(byte: "%"), card.target?.managed != false
        {
            return next(String(before), counting: prefix, String(rest))
        }
        try check(given, of: card)
        return given
    }

    private func next(_ before: String, counting prefix: String, _ after: String = "") -> String {
        while true {
            let number = last.withLock { numbers in
                let next = numbers[prefix].map { $0 &+ 1 } ?? 0
                numbers[prefix] = next
                return next
            }
            let name = "\(before)\(number)\(after)"
            if (try? NetworkLinks.named(name)) == nil { return name }
        }
    }

    private func check(_ name: String, of card: InterfaceDevice) throws(VirtError) {
        if name.utf8.count > NetworkLinks.longestName {
            throw VirtError(
                .systemError, "Network interface name '\(name)' is too long: Numerical result out of range",
                from: .none)
        }
        let isThere = (try? NetworkLinks.named(name)) != nil
        if card.target?.managed == false {
            if isThere { return }
            throw VirtError(
                .internalError, "target managed='no' but specified dev doesn't exist", from: .qemu)
        }
        if isThere {
            throw VirtError(.operationInvalid, "The \(name) interface already exists", from: .none)
        }
    }
}
