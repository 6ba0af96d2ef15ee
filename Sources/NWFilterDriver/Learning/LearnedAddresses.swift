import ByteText
import Glibc
import DriverKit
import LinuxSystem
import Synchronization
import Virt
import VirtXML

/// The addresses that guests have been seen to use, or been leased, by their cards' ends on the host. They are on disk as long
/// as the host is up.
final class LearnedAddresses: Sendable {
    private let store: DocumentStore
    private let cards = Mutex<[ByteName: Card]>([:])

    /// An address, and when a lease of it ends, in seconds since 1970; nil where it isn't leased.
    struct Known: Equatable {
        let address: IPAddress
        let end: Int64?

        var isOver: Bool { end.map { $0 <= LearnedAddresses.now } ?? false }
    }

    private struct Card {
        var known: [Known] = []
        var way = AddressLearning.none
        /// What is seen of the card, while there is something to learn.
        var socket: PacketSocket?
        /// Waits for the end of the lease that ends first.
        var wait: Task<Void, Never>?
    }

    /// How many leases of a card are kept.
    private static let mostLeases = 64

    init(folder: String) {
        store = DocumentStore(folder: folder, suffix: ".addresses", survivesPowerCut: false)
    }

    static var now: Int64 { Int64(time(nil)) }

    /// The addresses of a card.
    func addresses(of port: String) -> [String] {
        cards.withLock { $0[ByteName(port)]?.known ?? [] }.filter { !$0.isOver }.map { "\($0.address)" }
    }

    /// Reads what an earlier daemon has learned. May wait.
    func takeUp(_ port: String) {
        let lines = ((try? store.read(port)) ?? "").split(atByte: "\n")
        let known = lines.compactMap { line -> Known? in
            let words = line.split(atByte: " ")
            guard let address = words.first.flatMap({ IPAddress(String($0)) }) else { return nil }
            return Known(address: address, end: words.count > 1 ? Int64(words[1]) : nil)
        }
        cards.withLock { $0[ByteName(port), default: Card()].known = known }
    }

    /// Forgets a card. May wait.
    func forget(_ port: String) {
        let card = cards.withLock { $0.removeValue(forKey: ByteName(port)) }
        card?.wait?.cancel()
        if card != nil { try? store.remove(port) }
    }

    /// Looks at a card's frames until all is known, and has `changed` called when its addresses are others than before. Does
    /// nothing where it does so already.
    func learn(
        _ port: String, mac: MACAddress, _ way: AddressLearning, changed: @escaping @Sendable () async -> Void
    ) throws(SystemError) {
        let name = ByteName(port)
        let isDone = cards.withLock { cards in
            let card = cards[name, default: Card()]
            return card.socket != nil || way == .any && !card.known.isEmpty
        }
        if isDone || way == .none { return }
        let socket = try PacketSocket(link: port, way == .dhcp ? .dhcp : .addresses) {
            [weak self] frame, isSent in
            guard let news = AddressNews(frame, isSent: isSent, mac: mac) else { return }
            self?.take(news, of: port, way, changed)
        }
        cards.withLock { cards in
            cards[name, default: Card()].socket = socket
            cards[name]?.way = way
        }
        waitForEnd(of: port, changed)
    }

    private func take(
        _ news: AddressNews, of port: String, _ way: AddressLearning,
        _ changed: @escaping @Sendable () async -> Void
    ) {
        let known = cards.withLock { cards -> [Known]? in
            guard let card = cards[ByteName(port)], card.socket != nil else { return nil }
            let next = Self.after(news, card.known, way)
            if next == card.known { return nil }
            cards[ByteName(port)]?.known = next
            // The first packet has told it.
            if way == .any { cards[ByteName(port)]?.socket = nil }
            return next
        }
        guard let known else { return }
        Task {
            await Blocking.run { self.keep(known, of: port) }
            await changed()
            self.waitForEnd(of: port, changed)
        }
    }

    private static func after(_ news: AddressNews, _ known: [Known], _ way: AddressLearning) -> [Known] {
        switch (news, way) {
        case (.uses(let address), .any): return [Known(address: address, end: nil)]
        case (.leased(let address, _), .any): return [Known(address: address, end: nil)]
        case (.leased(let address, let seconds), .dhcp):
            let end = seconds == .max ? nil : now + Int64(seconds)
            let others = known.filter { $0.address != address && !$0.isOver }
            return others.suffix(mostLeases - 1) + [Known(address: address, end: end)]
        case (.released(let address), .dhcp): return known.filter { $0.address != address }
        default: return known
        }
    }

    private func keep(_ known: [Known], of port: String) {
        let isThere = cards.withLock { $0[ByteName(port)] != nil }
        let lines = known.map { "\($0.address)" + ($0.end.map { " \($0)" } ?? "") + "\n" }.joined()
        try? store.prepare()
        if isThere { try? store.save(port, lines) }
    }

    /// Has `changed` called when a lease is over.
    private func waitForEnd(of port: String, _ changed: @escaping @Sendable () async -> Void) {
        cards.withLock { cards in
            guard let card = cards[ByteName(port)] else { return }
            card.wait?.cancel()
            guard let end = card.known.compactMap(\.end).filter({ $0 > Self.now }).min() else { return }
            let pause = Duration.seconds(end - Self.now)
            cards[ByteName(port)]?.wait = Task {
                guard (try? await Task.sleep(for: pause)) != nil else { return }
                await changed()
                self.waitForEnd(of: port, changed)
            }
        }
    }
}
