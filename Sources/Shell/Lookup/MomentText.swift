import ByteText
import LinuxSystem
import Roost
import Virt

/// What a snapshot's or checkpoint's document says of it at a glance.
struct MomentText {
    let name: String
    /// The name of what it stands on.
    let parent: String?
    /// When it was made.
    let time: String
    /// What the domain did then, of a snapshot.
    let state: String

    /// - Parameter xml: the document; its root may be of either kind.
    init(_ name: String, _ xml: String) throws {
        let document = try XMLQuery(xml)
        self.name = name
        parent = try document.strings("/*/parent/name").first
        let seconds = try document.strings("/*/creationTime").first.flatMap { Int64($0) }
        time = seconds.map { CalendarTime.zonedText(seconds: $0) } ?? ""
        state = try document.strings("/*/state").first ?? ""
    }
}

/// How a list of snapshots or checkpoints is printed, and from where it is made.
struct MomentListing {
    /// The columns between name and parent.
    let header: [String]
    let cells: (MomentText) -> [String]
    /// The one whose children are listed.
    let from: MomentText?

    /// Prints moments as the options ask for it.
    func print(_ found: [MomentText], _ session: Session, _ arguments: Arguments) {
        let moments =
            arguments.has("topological")
            ? found : found.sorted { ($0.name.lowercased(), $0.name) < ($1.name.lowercased(), $1.name) }
        if arguments.has("tree") { return printTree(moments, session) }
        let showsParent = arguments.has("parent")
        if arguments.has("name") {
            for moment in moments {
                let parent = showsParent ? moment.parent.map { "\t" + $0 } ?? "" : ""
                session.output.print(moment.name + parent + "\n")
            }
            return
        }
        var table = Table(header: ["Name"] + header + (showsParent ? ["Parent"] : []))
        for moment in moments {
            let parent = showsParent ? [Cell.text(moment.parent, without: "")] : []
            table.add(cells: ([moment.name] + cells(moment)).map(Cell.text) + parent)
        }
        session.output.print(table)
    }

    private func printTree(_ moments: [MomentText], _ session: Session) {
        let all = (from.map { [$0] } ?? []) + moments
        let names = Set(all.map { ByteName($0.name) })
        var (roots, children): ([String], [ByteName: [String]]) = ([], [:])
        for moment in all {
            let isFirst = from?.name.hasSameBytes(as: moment.name) == true
            if !isFirst, let parent = moment.parent, names.contains(ByteName(parent)) {
                children[ByteName(parent), default: []].append(moment.name)
            } else {
                roots.append(moment.name)
            }
        }
        for root in roots { session.output.print(treeText(root, children)) }
    }
}

/// One part of a disk's or memory's description on the command line: `vda,snapshot=external,file=/x,,y`, where two commas
/// stand for one.
struct SpecText {
    private var words: [String]
    private let error: Failure

    /// - Parameter option: `diskspec` or `memspec`.
    init(_ text: String, _ option: String) {
        words = [""]
        var rest = text[...]
        while let comma = rest.firstIndex(ofByte: ",") {
            words[words.count - 1] += rest[..<comma]
            rest = rest[rest.utf8.index(after: comma)...]
            if let doubled = rest.droppingBytePrefix(",") {
                words[words.count - 1] += ","
                rest = doubled
            } else {
                words.append("")
            }
        }
        words[words.count - 1] += rest
        error = Failure("unable to parse \(option): \(text)")
    }

    /// The first word, which has no key.
    mutating func takeName() -> String { words.removeFirst() }

    /// The values by their keys; throws where a word has another key, or a key comes twice.
    func values(_ keys: String...) throws -> [String: String] {
        var values: [String: String] = [:]
        for word in words {
            guard let key = keys.first(where: { word.hasBytePrefix($0 + "=") }), values[key] == nil,
                let value = word.droppingBytePrefix(key + "=")
            else { throw error }
            values[key] = String(value)
        }
        return values
    }

    /// That the whole can't be, and why.
    func refused(_ why: String) -> Failure { Failure(lines: [why] + error.lines) }
}
