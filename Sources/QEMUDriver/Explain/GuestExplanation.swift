import ByteText
import Explanation
import QEMUModel
import VirtXML

/// Sorts the arguments of a guest by the elements of its document.
struct GuestExplanation {
    /// The document, in which every part knows who has said it.
    let document: DocumentNode
    let start: CommandLineRecord
    /// Whether the arguments are those of a guest that runs, whose devices may have changed since.
    let isRunning: Bool
    /// How devices that came later were plugged in, by alias.
    var commands: [String: [String]] = [:]
    let host: HostProbe

    /// What becomes of one element.
    private struct Share {
        var arguments: [DomainExplanation.Argument] = []
        var pieces: [DomainExplanation.Piece] = []
    }

    private var shares: [DocumentPlace: Share] = [:]
    /// The arguments of devices that a running guest has lost, by the paths that they had.
    private var lost: [String: Share] = [:]
    private var own: [DomainExplanation.OwnArgument] = []

    init(
        _ document: DocumentNode, _ start: CommandLineRecord, isRunning: Bool,
        commands: [String: [String]] = [:],
        host: HostProbe
    ) {
        (self.document, self.start, self.isRunning) = (document, start, isRunning)
        (self.commands, self.host) = (commands, host)
        for place in document.unitPlaces { shares[place] = Share() }
        sort()
    }

    // MARK: Arguments

    private mutating func sort() {
        let aliases = document.aliases
        var index = 0
        for argument in start.arguments {
            let words = argument.words
            switch argument.source {
            case .roost(let reason): own.append(.init(index: index, words: words, reason: reason))
            case .element(let path):
                change(path, aliases) { $0.arguments.append(.init(index: index, words: words)) }
            }
            for piece in argument.pieces { sort(piece, of: words, at: index, aliases) }
            index += words.count
        }
    }

    private mutating func sort(
        _ piece: CommandLineRecord.Piece, of words: [String], at index: Int,
        _ aliases: [String: DocumentPlace]
    ) {
        let text = String(decoding: Array((words.last ?? "").utf8)[piece.range], as: UTF8.self)
        let option = words.first ?? ""
        switch piece.source {
        case .roost(let reason):
            own.append(.init(index: index, words: [option], piece: text, reason: reason))
        case .element(let path):
            change(path, aliases) { $0.pieces.append(.init(index: index, option: option, text: text)) }
        }
    }

    /// Devices of a running guest are found by their aliases, since others may have come and gone before them.
    private mutating func change(
        _ path: String, _ aliases: [String: DocumentPlace], _ body: (inout Share) -> Void
    ) {
        let alias = isRunning ? start.alias(at: path) : nil
        let place = alias == nil ? document.place(at: path) : alias.flatMap { aliases[$0] }
        if let place {
            body(&shares[place, default: Share()])
        } else {
            body(&lost[path, default: Share()])
        }
    }

    // MARK: Elements

    /// The elements in the order of the document, and behind them what the guest has lost.
    var elements: [DomainExplanation.Element] {
        let places = Set(shares.keys)
        return places.sorted().compactMap { element(at: $0, places) } + lost.keys.sorted().map(lostElement)
    }

    /// The arguments that come from no element.
    var ownArguments: [DomainExplanation.OwnArgument] { own }

    private func element(
        at place: DocumentPlace, _ places: Set<DocumentPlace>
    ) -> DomainExplanation.Element? {
        guard let node = document[place], let share = shares[place] else { return nil }
        let path = document.path(of: place)
        var element = DomainExplanation.Element()
        (element.path, element.alias, element.target) = (path, node.alias, node.target)
        (element.author, element.reason) = (node.author.shown, node.author.reason)
        element.lines = node.lines(at: place, without: places)
        (element.arguments, element.pieces) = (share.arguments, share.pieces)
        element.commands = node.alias.flatMap { share.arguments.isEmpty ? commands[$0] : nil } ?? []
        element.filled = node.filled(at: place, without: places)
        element.host = host.facts(of: node, share.arguments.map(\.words))
        if share.arguments.isEmpty, share.pieces.isEmpty, element.commands.isEmpty {
            element.note = Self.note(path)
        }
        return element
    }

    private func lostElement(_ path: String) -> DomainExplanation.Element {
        var element = DomainExplanation.Element()
        (element.path, element.alias, element.author) = (path, start.alias(at: path), .unknown)
        (element.arguments, element.pieces) = (lost[path]?.arguments ?? [], lost[path]?.pieces ?? [])
        element.note = isRunning ? "the guest was started with it and has lost it since" : nil
        return element
    }

    /// Why an element has turned into no argument.
    private static func note(_ path: String) -> String {
        let words = path.split { "/[".contains($0) }
        if words.first == "devices" {
            if path == "devices/emulator" { return "the program that is run" }
            return "no argument: the machine has it without being told, or it stands for another device"
        }
        if path.hasBytePrefix("os/boot[") || path == "os/boot" {
            return "the first devices of the kind get their turn from it: see <boot> in their elements"
        }
        if path == "os" || path == "os/firmware" {
            return "it decides which firmware is chosen: see os/loader"
        }
        switch words.first {
        case "features": return "no argument: QEMU does so without being told, or is never told"
        case "title", "description", "metadata": return "for people and programs; QEMU isn't told"
        case "on_poweroff", "on_reboot", "on_crash", "on_lockfailure", "perf":
            return "for Roost itself; QEMU isn't told"
        case "currentMemory": return "the balloon is set to it once the guest is there"
        case "blkiotune", "memtune", "cputune", "numatune", "resource", "vcpus":
            return "for the host: it says what the guest's process and threads may take"
        case "seclabel": return "for the host: it says as whom QEMU runs"
        default: return "nothing of the command line comes from it"
        }
    }
}

extension DocumentNode {
    /// What is explained on its own: the elements of a domain; those with elements of a kind each, piece by piece.
    fileprivate var unitPlaces: [DocumentPlace] {
        var found: [DocumentPlace] = []
        for (index, child) in children.enumerated() {
            let place = DocumentPlace(steps: [index])
            guard ["os", "features", "devices", "clock"].contains(child.name) else {
                found.append(place)
                continue
            }
            if !child.attributes.isEmpty { found.append(place) }
            found += child.children.indices.map(place.below)
        }
        return found
    }

    /// What a guest or the host calls a device.
    fileprivate var target: String? {
        guard let target = child("target") else { return nil }
        return ["dev", "name", "dir"].lazy.compactMap(target.attribute).first
    }
}
