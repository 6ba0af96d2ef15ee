extension DocumentNode {
    /// How one version of a document comes from another.
    package enum Manner {
        /// The parser has read it: values that are written otherwise are still the former author's.
        case parsing
        /// A step has filled something in.
        case step
        /// It has come to be apart: what Roost filled in there, it filled in here, be it something else.
        case apart
    }

    /// This version of a document, with the authors of a former one where both say the same; what is new is by `author`.
    package func following(_ former: DocumentNode, by author: DocumentAuthor, _ manner: Manner)
        -> DocumentNode
    {
        var copy = self
        copy.author = former.author
        copy.attributes = attributes.map { attribute in
            let before = former.attributes.first { $0.name == attribute.name }
            return attribute.following(before, by: author, manner)
        }
        if text == former.text || manner == .parsing {
            (copy.textAuthor, copy.formerText) = (former.textAuthor, former.formerText)
        } else {
            (copy.textAuthor, copy.formerText) = former.textAuthor.changing(former.text, by: author, manner)
        }
        let places = Dictionary(grouping: children.indices) { children[$0].name }
        for (name, places) in places {
            let old = former.children.filter { $0.name == name }
            for (place, match) in zip(places, Self.matches(places.map { children[$0] }, old)) {
                copy.children[place] =
                    match.map { children[place].following(old[$0], by: author, manner) }
                    ?? children[place].by(author)
            }
        }
        return copy
    }

    /// All of it by one author.
    package func by(_ author: DocumentAuthor) -> DocumentNode {
        var copy = self
        (copy.author, copy.textAuthor, copy.formerText) = (author, author, nil)
        copy.attributes = attributes.map { Attribute(name: $0.name, value: $0.value, author: author) }
        copy.children = children.map { $0.by(author) }
        return copy
    }
}

extension DocumentNode.Attribute {
    fileprivate func following(
        _ before: DocumentNode.Attribute?, by author: DocumentAuthor, _ manner: DocumentNode.Manner
    ) -> DocumentNode.Attribute {
        var copy = self
        guard let before else {
            copy.author = author
            return copy
        }
        if value == before.value || manner == .parsing {
            (copy.author, copy.former) = (before.author, before.former)
        } else {
            (copy.author, copy.former) = before.author.changing(before.value, by: author, manner)
        }
        return copy
    }
}

extension DocumentAuthor {
    /// Who a value is by once another has changed it, and what is to be remembered of the former one.
    fileprivate func changing(
        _ value: String, by author: DocumentAuthor, _ manner: DocumentNode.Manner
    ) -> (DocumentAuthor, String?) {
        switch self {
        case .user, .unknown: (author, value)
        // What Roost had filled in is nobody's loss.
        case .roost: (manner == .apart ? self : author, nil)
        }
    }
}

// Which element of one version is which of another.
extension DocumentNode {
    /// For each of the new elements of a name the place of the old one that it was; nil where it wasn't there.
    ///
    /// Those that have most in common belong together, each with the first of several that have as much.
    private static func matches(_ new: [DocumentNode], _ old: [DocumentNode]) -> [Int?] {
        if new.count == 1 && old.count == 1 { return [0] }
        if old.isEmpty { return new.map { _ in nil } }
        var found = unchanged(new, old)
        let rest = Set(old.indices).subtracting(found.compactMap { $0 }).sorted()
        let open = new.indices.filter { found[$0] == nil }
        if rest.isEmpty || open.isEmpty { return found }
        let leaves = Dictionary(uniqueKeysWithValues: open.map { ($0, new[$0].leaves) })
        var free = open
        for index in rest {
            let old = old[index].leaves
            let scores = free.prefix(farthest).map { likeness(old, leaves[$0] ?? [:]) }
            guard let best = scores.max(), best > 0, let first = scores.firstIndex(of: best) else { continue }
            found[free.remove(at: first)] = index
        }
        // Elements without any values, and ones all of whose values have changed, are told by their order.
        let known = Set(found.compactMap { $0 })
        for (place, index) in zip(open.filter { found[$0] == nil }, rest.filter { !known.contains($0) })
        where new.count == old.count || old[index].leaves.isEmpty {
            found[place] = index
        }
        return found
    }

    /// How many elements are held against one that has changed: elements seldom change places.
    private static let farthest = 64

    /// Most elements stay as they are from one step to the next, in their order.
    private static func unchanged(_ new: [DocumentNode], _ old: [DocumentNode]) -> [Int?] {
        var places: [Content: ArraySlice<Int>] = [:]
        for (index, node) in old.enumerated() { places[Content(node: node), default: []].append(index) }
        return new.map { places[Content(node: $0)]?.popFirst() }
    }

    /// What an element says, whoever says it.
    private struct Content: Hashable {
        let node: DocumentNode

        static func == (one: Content, other: Content) -> Bool { isEqual(one.node, other.node) }

        private static func isEqual(_ one: DocumentNode, _ other: DocumentNode) -> Bool {
            one.name == other.name && one.text == other.text
                && one.attributes.elementsEqual(other.attributes) {
                    $0.name == $1.name && $0.value == $1.value
                }
                && one.children.elementsEqual(other.children, by: isEqual)
        }

        func hash(into hasher: inout Hasher) { Self.hash(node, into: &hasher) }

        private static func hash(_ node: DocumentNode, into hasher: inout Hasher) {
            hasher.combine(node.name)
            hasher.combine(node.text)
            for attribute in node.attributes { hasher.combine(attribute.value) }
            for child in node.children { hash(child, into: &hasher) }
        }
    }

    /// What two elements have in common, less what they contradict each other in.
    private static func likeness(_ old: [String: String], _ new: [String: String]) -> Int {
        old.reduce(0) { sum, leaf in
            guard let value = new[leaf.key] else { return sum }
            return sum + (value == leaf.value ? 2 : -1)
        }
    }

    /// All values in the element, by where they stand.
    private var leaves: [String: String] {
        var found: [String: String] = [:]
        gather("", &found)
        return found
    }

    private func gather(_ path: String, _ found: inout [String: String]) {
        for attribute in attributes { found["\(path)@\(attribute.name)"] = attribute.value }
        if !text.isEmpty { found[path + "."] = text }
        var places: [String: Int] = [:]
        for child in children {
            let place = places[child.name, default: 0]
            places[child.name] = place + 1
            child.gather("\(path)\(child.name)[\(place)]/", &found)
        }
    }
}
