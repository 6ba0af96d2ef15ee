import JSON
import VirtXML

/// The command line that a guest was started with, and what each argument came from: written down when it starts, as
/// its document may say something else by the time that somebody asks.
package struct CommandLineRecord: Equatable, Sendable {
    /// What an argument or a piece of one comes from: an element's path, or a reason of Roost's own.
    package enum Source: Equatable, Sendable {
        case element(String)
        case roost(String)
    }

    package struct Piece: Equatable, Sendable {
        /// The bytes of the argument's last word that it is.
        package var range: Range<Int>
        package var source: Source
    }

    package struct Argument: Equatable, Sendable {
        package var words: [String]
        package var source: Source
        package var pieces: [Piece] = []

        package init(words: [String], source: Source, pieces: [Piece] = []) {
            (self.words, self.source, self.pieces) = (words, source, pieces)
        }
    }

    package var arguments: [Argument] = []
    /// The aliases of devices, by their paths at the start.
    package var aliases: [String: String] = [:]

    package init() {}

    /// All words in their order.
    package var words: [String] { arguments.flatMap(\.words) }
}

extension CommandLineRecord {
    package init(_ line: QEMUArguments, _ domain: DomainDefinition) {
        arguments = line.spans.map { span in
            let pieces = span.fragments.map { Piece(range: $0.range, source: Source($0.origin)) }
            return Argument(
                words: Array(line.words[span.range]), source: Source(span.origin), pieces: pieces)
        }
        var places: [String: Int] = [:]
        for device in domain.devices.all {
            let name = device.kind
            let place = places[name, default: 0]
            places[name] = place + 1
            if let alias = device.alias { aliases["devices/\(name)[\(place + 1)]"] = alias }
        }
    }

    /// The alias of the device at a path; a kind of which there is only one may go without a number.
    package func alias(at path: String) -> String? { aliases[path] ?? aliases[path + "[1]"] }
}

extension CommandLineRecord.Source {
    package init(_ origin: QEMUOrigin) {
        switch origin {
        case .roost(let reason): self = .roost(reason)
        case .element, .one: self = .element(origin.path ?? "")
        }
    }

    fileprivate var json: JSONValue {
        switch self {
        case .element(let path): ["element": .string(path)]
        case .roost(let reason): ["roost": .string(reason)]
        }
    }

    fileprivate init?(_ json: JSONValue?) {
        if let path = json?["element"]?.string {
            self = .element(path)
        } else if let reason = json?["roost"]?.string {
            self = .roost(reason)
        } else {
            return nil
        }
    }
}

// As text.
extension CommandLineRecord {
    package var text: String {
        let arguments = arguments.map { argument -> JSONValue in
            var object: JSONObject = [
                "words": .array(argument.words.map { .string($0) }), "from": argument.source.json,
            ]
            let pieces = argument.pieces.map { piece -> JSONValue in
                [
                    "start": JSONValue(piece.range.lowerBound), "end": JSONValue(piece.range.upperBound),
                    "from": piece.source.json,
                ]
            }
            if !pieces.isEmpty { object["pieces"] = .array(pieces) }
            return .object(object)
        }
        let names = JSONObject(aliases.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
        let document: JSONValue = ["format": 1, "arguments": .array(arguments), "aliases": .object(names)]
        return document.description
    }

    /// Reads a record; nil where it isn't one.
    package init?(text: String) {
        guard let document = try? JSONValue(parsing: text), document["format"]?.int == 1,
            let list = document["arguments"]?.array
        else { return nil }
        for entry in list {
            guard let words = entry["words"]?.array?.compactMap(\.string), !words.isEmpty,
                let source = Source(entry["from"])
            else { return nil }
            let pieces = (entry["pieces"]?.array ?? []).compactMap { Self.piece($0, of: words) }
            arguments.append(Argument(words: words, source: source, pieces: pieces))
        }
        for (path, alias) in document["aliases"]?.object?.members ?? [] { aliases[path] = alias.string }
    }

    private static func piece(_ entry: JSONValue, of words: [String]) -> Piece? {
        guard let start = entry["start"]?.int.flatMap(Int.init(exactly:)),
            let end = entry["end"]?.int.flatMap(Int.init(exactly:)), start >= 0, start < end,
            end <= words.last?.utf8.count ?? 0, let source = Source(entry["from"])
        else { return nil }
        return Piece(range: start..<end, source: source)
    }
}
