import LinuxSystem
import QEMUModel
import Virt
import VirtXML

/// Sockets and files that the daemon opens for one start of a guest and hands to its QEMU.
///
/// QEMU needs no right to the folders that they are in, and nobody finds a socket half made.
struct GuestDescriptors: Sendable {
    /// What is open, by the number that it has in QEMU.
    private(set) var open: [Int32: Descriptor] = [:]
    /// The files that lines are written to.
    private(set) var logs: [LogFile] = []
    /// The sockets that are listened at, by their devices' aliases.
    private var sockets: [String: Int32] = [:]
    /// Sets of descriptors, by what QEMU remembers them as.
    private var sets: [String: DescriptorSet] = [:]
    /// The ends of cards, by their aliases, and the first number that is free.
    private var cards: [String: (ends: [Int32], vhost: [Int32])] = [:]
    private var next = Self.first

    private static let first: Int32 = 200

    /// Opens all that the domain's devices, which have aliases by now, ask for; may wait.
    init(for domain: DomainDefinition, account: FileOwner?) throws(SystemError) {
        for need in number(domain) {
            guard let isAppended = need.isAppended else {
                open[need.number] = try UnixSocket.listen(at: need.path, mode: 0o700, owner: account)
                continue
            }
            let file = try need.file(isAppended)
            open[need.number] = file
            // A terminal or a pipe is no log: QEMU writes to it itself.
            guard try file.status().kind == .regular else { continue }
            let log = try LogFile(file, at: need.path, isNonBlocking: true)
            open[need.number] = log.input
            logs.append(log)
        }
    }

    /// Numbers what QEMU gets for cards. What lets the kernel carry their packets is open already.
    mutating func plan(_ ends: [HostCard]) {
        for end in ends {
            let numbers = (0..<end.queues).map { next &+ Int32(truncatingIfNeeded: $0) }
            next &+= Int32(truncatingIfNeeded: end.queues)
            var vhost: [Int32] = []
            for descriptor in end.vhost {
                open[next] = descriptor
                vhost.append(next)
                next &+= 1
            }
            cards[end.alias] = (numbers, vhost)
        }
    }

    /// Makes the ends that have been numbered. May wait.
    mutating func make(_ ends: [HostCard]) throws(VirtError) {
        for end in ends {
            for (number, descriptor) in zip(cards[end.alias]?.ends ?? [], try end.make()) {
                open[number] = descriptor
            }
        }
    }

    /// The numbers alone, with nothing opened.
    init(planning domain: DomainDefinition) { _ = number(domain) }

    /// Something that is to be opened, and its number in QEMU.
    private struct Need {
        let number: Int32
        let path: String
        /// How a file is written to; nil for a socket.
        let isAppended: Bool?

        /// Opens the file as it stands there, or makes it.
        func file(_ isAppended: Bool) throws(SystemError) -> Descriptor {
            try FileSystem.open(
                path, [.writeOnly, .create, .append, .nonBlocking, isAppended ? [] : .truncate],
                links: .trusted)
        }
    }

    private mutating func number(_ domain: DomainDefinition) -> [Need] {
        var needs: [Need] = []
        func add(_ path: String, isAppended: Bool? = nil) -> Int32 {
            let number = Self.first &+ Int32(truncatingIfNeeded: needs.count)
            needs.append(Need(number: number, path: path, isAppended: isAppended))
            return number
        }
        for (alias, source) in domain.devices.characterSources {
            if source.type == .file, let path = source.path {
                let number = add(path, isAppended: source.append == true)
                sets[alias + "-source"] = DescriptorSet(number: sets.count, descriptor: number)
            }
            if source.type == .unix, source.listens, let path = source.path { sockets[alias] = add(path) }
            if let log = source.logFile {
                let number = add(log, isAppended: source.logAppend == true)
                sets[alias + "-log"] = DescriptorSet(number: sets.count, descriptor: number)
            }
        }
        next = Self.first &+ Int32(truncatingIfNeeded: needs.count)
        return needs
    }

    /// Tells the command line what is open.
    func fill(_ resources: inout QEMUResources) {
        let (sockets, sets, cards) = (sockets, sets, cards)
        resources.socketDescriptor = { sockets[$0] }
        resources.descriptorSet = { sets[$0] }
        if cards.isEmpty { return }
        resources.tapDescriptors = { _, alias in
            cards[alias].map {
                TapDescriptors(
                    descriptors: $0.ends.map { "\($0)" }, vhostDescriptors: $0.vhost.map { "\($0)" })
            }
        }
    }

    /// Closes what QEMU alone is to hold.
    func close() {
        for descriptor in open.values { descriptor.close() }
        for log in logs { log.close() }
    }
}

extension DomainDevices {
    /// The host's end of every line, channel and the like, with the alias of its device.
    var characterSources: [(alias: String, source: CharacterSource)] {
        var found = serials.map { ($0.info.alias, $0.source) } + parallels.map { ($0.info.alias, $0.source) }
        // A console may be a serial port over again.
        for console in consoles where console.targetType != .serial && console.targetType != nil {
            found.append((console.info.alias, console.source))
        }
        found += channels.map { ($0.info.alias, $0.source) } + redirdevs.map { ($0.info.alias, $0.source) }
        for card in smartcards {
            if case .passthrough(let source) = card.card { found.append((card.info.alias, source)) }
        }
        for rng in rngs {
            if case .egd(let source) = rng.backend { found.append((rng.info.alias, source)) }
        }
        return found.compactMap { alias, source in alias.map { ($0, source) } }
    }
}
