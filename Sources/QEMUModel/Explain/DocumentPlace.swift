import ByteText
import VirtXML

/// Where an element stands in a document: the place of each step among its parent's children, from 0.
package struct DocumentPlace: Hashable, Sendable, Comparable {
    package var steps: [Int]

    package init(steps: [Int] = []) { self.steps = steps }

    /// In the order of the document; an element stands before what is in it.
    package static func < (left: DocumentPlace, right: DocumentPlace) -> Bool {
        left.steps.lexicographicallyPrecedes(right.steps)
    }

    package func below(_ step: Int) -> DocumentPlace { DocumentPlace(steps: steps + [step]) }
}

extension DocumentNode {
    package subscript(place: DocumentPlace) -> DocumentNode? {
        place.steps.reduce(Optional(self)) { node, step in
            guard let node, node.children.indices.contains(step) else { return nil }
            return node.children[step]
        }
    }

    /// The place of the element at a path such as `devices/disk[2]`; `@name` is this element itself.
    package func place(at path: String) -> DocumentPlace? {
        if let name = path.droppingBytePrefix("@") {
            return attribute(String(name)) == nil ? nil : DocumentPlace()
        }
        var place = DocumentPlace()
        for step in path.split(atByte: "/") {
            guard let node = self[place], let next = node.index(of: step) else { return nil }
            place = place.below(next)
        }
        return place
    }

    /// Which of the children a step such as `disk[2]` means.
    package func index(of step: Substring) -> Int? {
        let (name, bracket) = step.cut(atByte: "[") ?? (step, "1]")
        let number = bracket.droppingByteSuffix("]").flatMap { Int($0) } ?? 1
        let found = children.indices.filter { children[$0].name == name }
        return (1...found.count + 1).contains(number) ? found.dropFirst(number - 1).first : nil
    }

    /// The path of an element. Those that may be there several times have a number, be there only one.
    package func path(of place: DocumentPlace) -> String {
        var (node, words) = (self, [String]())
        for step in place.steps where node.children.indices.contains(step) {
            let name = node.children[step].name
            let same = node.children.indices.filter { node.children[$0].name == name }
            let isNumbered = same.count > 1 || node.name == "devices" && !Self.single.contains(name)
            words.append(isNumbered ? "\(name)[\((same.firstIndex(of: step) ?? 0) + 1)]" : name)
            node = node.children[step]
        }
        return words.isEmpty ? name : words.joined(separator: "/")
    }

    /// What a domain has no more than one of among its devices.
    private static let single = Set(DeviceKind.all.filter(\.isSingle).map(\.elementName))
        .union(["emulator", "redirfilter"])

    /// The devices that have an alias.
    package var aliases: [String: DocumentPlace] {
        guard let place = place(at: "devices"), let devices = self[place] else { return [:] }
        let found = devices.children.enumerated().compactMap { index, node in
            node.alias.map { ($0, place.below(index)) }
        }
        // A console that is a serial port has its alias; the port stands first.
        return Dictionary(found) { first, _ in first }
    }
}
