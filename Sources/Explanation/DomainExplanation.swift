import JSON

/// Why a guest is what it is: for each element of its document what it has turned into on QEMU's command line and on
/// the host, who has written it, and what Roost has filled in and why.
///
/// It travels as JSON; the keys, which stay as they are, stand in `docs/explain.md`.
public struct DomainExplanation: Equatable, Sendable {
    /// The domain's name and UUID.
    public var name = ""
    public var uuid = ""
    public var subject = Subject.definition
    /// The program that runs the guest or would run it, and its version.
    public var emulator = ""
    public var version = ""
    /// The number of the process that runs the guest.
    public var process: Int?
    /// The whole command line behind the program's name.
    public var arguments: [String] = []
    /// The elements of the document in their order; those that a running guest has lost stand last.
    public var elements: [Element] = []
    /// The arguments that come from no element, with the reason that Roost has for each.
    public var own: [OwnArgument] = []
    /// What the guest as a whole has of the host.
    public var host: [HostFact] = []

    public init() {}

    /// What is explained.
    public enum Subject: String, Sendable {
        /// A guest that runs, as it was started and as it is now.
        case running
        /// A definition, as the next start will have it.
        case definition
        /// A document that isn't defined.
        case document
    }

    /// Who has written a part of the document.
    public enum Author: String, Sendable {
        case user, roost
        /// Partly the one, partly the other.
        case both
        /// That isn't on record.
        case unknown
    }
}

extension DomainExplanation {
    /// One element of the document.
    public struct Element: Equatable, Sendable {
        /// Where it stands below the root, such as `devices/disk[1]`.
        public var path = ""
        /// The name by which the running guest's device is known.
        public var alias: String?
        /// What the guest or the host calls the device: `vda`, `vnet0`.
        public var target: String?
        public var author = Author.user
        /// Why Roost has added it.
        public var reason: String?
        /// Its lines, without those of elements that stand for themselves.
        public var lines: [Line] = []
        /// The arguments that it has turned into.
        public var arguments: [Argument] = []
        /// The pieces that it has put into arguments of other elements.
        public var pieces: [Piece] = []
        /// The commands by which a running guest was given it.
        public var commands: [String] = []
        /// What of it Roost has filled in.
        public var filled: [Filled] = []
        /// What it has of the host.
        public var host: [HostFact] = []
        /// What else is to be said, such as why nothing became of it.
        public var note: String?

        public init() {}
    }

    /// A line of the document, and who has written it.
    public struct Line: Equatable, Sendable {
        public var text = ""
        public var author = Author.user

        public init() {}

        public init(_ text: String, by author: Author) {
            self.text = text
            self.author = author
        }
    }

    /// An argument: an option, with its value if it has one.
    public struct Argument: Equatable, Sendable {
        /// The place of the first word among ``DomainExplanation/arguments``.
        public var index = 0
        public var words: [String] = []

        public init() {}

        public init(index: Int, words: [String]) {
            self.index = index
            self.words = words
        }
    }

    /// A piece of another element's argument.
    public struct Piece: Equatable, Sendable {
        /// The place of the option among ``DomainExplanation/arguments``.
        public var index = 0
        /// The option, such as `-machine`.
        public var option = ""
        public var text = ""

        public init() {}

        public init(index: Int, option: String, text: String) {
            self.index = index
            self.option = option
            self.text = text
        }
    }

    /// An argument, or a piece of one, that comes from no element.
    public struct OwnArgument: Equatable, Sendable {
        public var index = 0
        public var words: [String] = []
        /// The piece that is meant, where the rest comes from elements.
        public var piece: String?
        public var reason = ""

        public init() {}

        public init(index: Int, words: [String], piece: String? = nil, reason: String) {
            self.index = index
            self.words = words
            self.piece = piece
            self.reason = reason
        }
    }

    /// Something that Roost has filled in.
    public struct Filled: Equatable, Sendable {
        /// Where it stands in the element: `address`, `driver/@name`, or `.` for the text.
        public var path = ""
        public var value = ""
        /// What the user had written there.
        public var former: String?
        public var reason = ""

        public init() {}

        public init(path: String, value: String, former: String? = nil, reason: String) {
            self.path = path
            self.value = value
            self.former = former
            self.reason = reason
        }
    }

    /// Something of the host.
    public struct HostFact: Hashable, Sendable {
        /// What it is: `helper`, `file`, `folder`, `socket`, `device`, `missing`, `descriptor`, `port`, `process`, `thread`,
        /// `cgroup`, `label`, `owner` or `log`.
        public var kind = ""
        /// Its name on the host.
        public var name = ""
        public var detail: String?

        public init() {}

        public init(_ kind: String, _ name: String, _ detail: String? = nil) {
            self.kind = kind
            self.name = name
            self.detail = detail
        }
    }
}
