import JSON

/// What stands on record about something long that is done with a guest, so that a daemon that starts anew can bring it to an
/// end.
struct RecordedJob: Sendable, Equatable {
    enum Kind: String, Sendable {
        /// The guest is written to a file, and ends then.
        case save
        /// Its memory is written to a file, and it goes on.
        case dump
        /// It is read from a file.
        case restore
    }

    var kind: Kind
    /// The file, and where it stands until it is whole.
    var path: String
    var part: String
    /// The guest ran before.
    var resumes: Bool

    init(_ kind: Kind, path: String, part: String, resumes: Bool) {
        (self.kind, self.path, self.part, self.resumes) = (kind, path, part, resumes)
    }

    init(_ kind: Kind, _ file: StateFile, resumes: Bool) {
        self.init(kind, path: file.path, part: file.part, resumes: resumes)
    }

    var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "path": .string(path), "part": .string(part),
            "resumes": .bool(resumes),
        ]
    }

    init?(_ json: JSONValue?) {
        guard let kind = json?["kind"]?.string.flatMap(Kind.init), let path = json?["path"]?.string,
            let part = json?["part"]?.string, let resumes = json?["resumes"]?.bool
        else { return nil }
        self.init(kind, path: path, part: part, resumes: resumes)
    }
}
