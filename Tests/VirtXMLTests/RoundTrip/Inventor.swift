import CLibXML2

@testable import XMLBinding

/// Grows a document at random while it is read.
///
/// Attributes and children appear or not, once each; a text is one that its type takes. When the reader refuses an
/// element, that element is taken out, and reading starts again from the root, where all that was decided still
/// holds. What is left is a document that reads, found without knowing any rule of any element.
final class Inventor: XMLInvention {
    private var random: SplitMix
    private let vocabulary: Vocabulary
    private var decided: Set<Decision> = []
    private var tries: [Decision: Int] = [:]
    private var removed: [xmlNodePtr] = []
    private var nodes = 0
    /// How likely it is that what may be there is there.
    private let density: Double

    private struct Decision: Hashable {
        var node: xmlNodePtr
        var name: String
    }

    init(seed: UInt64, vocabulary: Vocabulary) {
        random = SplitMix(state: seed)
        density = [0.05, 0.15, 0.4].randomElement(using: &random) ?? 0.1
        self.vocabulary = vocabulary
    }

    deinit { for node in removed { xmlFreeNode(node) } }

    /// A document of a kind that can be read, as text; nil if none was found.
    static func document(
        _ kind: DocumentKind, seed: UInt64, vocabulary: Vocabulary, options: XMLOptions
    ) throws -> String? {
        let document = try XMLDocument("<\(kind.name)/>")
        let inventor = Inventor(seed: seed, vocabulary: vocabulary)
        for _ in 0..<200 {
            var binder = XMLBinder(inventing: inventor, in: document.root, options: options)
            var element = kind.type.init()
            if (try? element.bind(&binder)) != nil { return document.text }
            guard let culprit = inventor.culprit(binder.node, below: document.root) else { return nil }
            inventor.takeOut(culprit)
        }
        return nil
    }

    func attribute(_ name: StaticString, of node: XMLNode, as type: any XMLValue.Type, required: Bool) {
        let key = Decision(node: node.pointer, name: "@\(name)")
        guard decided.insert(key).inserted, chance(required ? 0.98 : density * 2) else { return }
        node.set("\(name)", text(type, for: "\(node.name)@\(name)"))
    }

    func child(
        _ name: StaticString, in namespace: StaticString?, of node: XMLNode, many: Bool, required: Bool
    ) {
        let key = Decision(node: node.pointer, name: "\(name)")
        guard decided.insert(key).inserted, nodes < 400, chance(required ? 0.95 : density) else { return }
        for _ in 0..<(many ? Int.random(in: 1...3, using: &random) : 1) {
            nodes += 1
            node.add("\(name)", namespace: namespace?.description)
        }
    }

    func content(of node: XMLNode, as type: any XMLValue.Type) {
        let key = Decision(node: node.pointer, name: "")
        guard decided.insert(key).inserted else { return }
        node.setText(text(type, for: node.name))
    }

    /// What to take out where an element was refused: that element, or of the root its last child.
    private func culprit(_ node: XMLNode?, below root: XMLNode) -> XMLNode? {
        node?.pointer == root.pointer ? root.children.last : node
    }

    /// Takes a refused element out. What must not be missing gets another try.
    private func takeOut(_ node: XMLNode) {
        if let parent = node.pointer.pointee.parent {
            let key = Decision(node: parent, name: node.name)
            tries[key, default: 1] += 1
            if tries[key, default: 1] < 4 { decided.remove(key) }
        }
        xmlUnlinkNode(node.pointer)
        removed.append(node.pointer)
    }

    private func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < probability
    }

    /// A text that the type takes; rarely, one that it may refuse.
    private func text(_ type: any XMLValue.Type, for place: String) -> String {
        if let words = type as? any XMLWord.Type { return words.pick(&random) }
        if let numbers = type as? any FixedWidthInteger.Type { return numbers.pick(&random) }
        let known = vocabulary.words(at: place)
        for _ in 0..<50 {
            let list = known.isEmpty || chance(0.1) ? Vocabulary.general : known
            if let word = list.randomElement(using: &random), type.init(xml: word) != nil { return word }
        }
        return ""
    }
}

extension XMLWord {
    fileprivate static func pick(_ random: inout SplitMix) -> String {
        allCases.randomElement(using: &random)?.rawValue ?? ""
    }
}

extension FixedWidthInteger {
    fileprivate static func pick(_ random: inout SplitMix) -> String {
        switch Int.random(in: 0..<20, using: &random) {
        case 0: "\(Self.max)"
        case 1: "\(Self.min)"
        case 2: "\(Self.random(in: .min ... .max, using: &random))"
        case 3..<8: "\(Self.random(in: 0...100, using: &random))"
        default: "\(Self.random(in: 0...8, using: &random))"
        }
    }
}

/// A small generator of random numbers with a seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
