import ByteText
import Explanation

extension DocumentNode {
    /// The element in libvirt's form, without what stands in some places.
    package func lines(at place: DocumentPlace, without parts: Set<DocumentPlace>) -> [DomainExplanation.Line]
    {
        var lines: [DomainExplanation.Line] = []
        write(place, parts, 0, &lines)
        return lines
    }

    /// All of the element on one line.
    package var line: String { lines(at: DocumentPlace(), without: []).map(\.text.trimmed).joined() }

    private func write(
        _ place: DocumentPlace, _ parts: Set<DocumentPlace>, _ level: Int,
        _ lines: inout [DomainExplanation.Line]
    ) {
        let indent = String(repeating: "  ", count: level)
        let tag = ([name] + attributes.map { "\($0.name)='\($0.value.escaped)'" }).joined(separator: " ")
        let shown = children.indices.filter { !parts.contains(place.below($0)) }
        let start: String
        switch (children.isEmpty, shown.isEmpty, text.isEmpty) {
        case (true, _, true): start = "<\(tag)/>"
        case (true, _, false): start = "<\(tag)>\(text.escaped)</\(name)>"
        case (false, true, _): start = "<\(tag)>…</\(name)>"
        case (false, false, _): start = "<\(tag)>"
        }
        lines.append(DomainExplanation.Line(indent + start, by: tagAuthor))
        guard !shown.isEmpty else { return }
        for index in shown { children[index].write(place.below(index), parts, level + 1, &lines) }
        lines.append(DomainExplanation.Line("\(indent)</\(name)>", by: author.shown))
    }

    /// Who has written the element's own line.
    private var tagAuthor: DomainExplanation.Author {
        let all = [author] + attributes.map(\.author) + (text.isEmpty ? [] : [textAuthor])
        let roost = all.filter { $0.shown == .roost }.count
        return roost == all.count ? .roost : roost > 0 ? .both : author.shown
    }
}

extension DocumentAuthor {
    package var shown: DomainExplanation.Author {
        switch self {
        case .user: .user
        case .unknown: .unknown
        case .roost: .roost
        }
    }

    /// Why Roost has added it.
    package var reason: String? { if case .roost(let reason) = self { reason } else { nil } }
}

extension DocumentNode {
    /// What of the element Roost has filled in, beside what was added with the element itself.
    package func filled(at place: DocumentPlace, without parts: Set<DocumentPlace>) -> [DomainExplanation
        .Filled]
    {
        var found: [DomainExplanation.Filled] = []
        gather("", place, parts, beside: author.reason, &found)
        return found
    }

    private func gather(
        _ path: String, _ place: DocumentPlace, _ parts: Set<DocumentPlace>, beside known: String?,
        _ found: inout [DomainExplanation.Filled]
    ) {
        for attribute in attributes {
            guard let reason = attribute.author.reason, reason != known else { continue }
            let (name, value) = (path + "@" + attribute.name, attribute.value)
            found.append(.init(path: name, value: value, former: attribute.former, reason: reason))
        }
        if !text.isEmpty, let reason = textAuthor.reason, reason != known {
            let name = path.isEmpty ? "." : String(path.dropLast())
            found.append(.init(path: name, value: text, former: formerText, reason: reason))
        }
        for (index, child) in children.enumerated() where !parts.contains(place.below(index)) {
            if let reason = child.author.reason, reason != known {
                found.append(.init(path: path + child.name, value: child.line, reason: reason))
                child.gather("\(path)\(child.name)/", place.below(index), parts, beside: reason, &found)
            } else {
                child.gather("\(path)\(child.name)/", place.below(index), parts, beside: known, &found)
            }
        }
    }
}

extension String {
    fileprivate var trimmed: Substring { trimmingLeadingBlanks() }

    /// As it stands in a document.
    fileprivate var escaped: String {
        guard utf8.contains(where: { "<>&'\"\n\t".utf8.contains($0) }) else { return self }
        return reduce(into: "") { text, character in
            switch character {
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "&": text += "&amp;"
            case "'": text += "&apos;"
            case "\"": text += "&quot;"
            case "\n": text += "&#10;"
            case "\t": text += "&#9;"
            default: text.append(character)
            }
        }
    }
}
