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
    /// The file that it is written to, or read from.
    var place: StatePlace
    /// The guest ran before.
    var resumes: Bool
    /// All is in the file.
    var isWhole = false

    init(_ kind: Kind, _ place: StatePlace, resumes: Bool) {
        (self.kind, self.place, self.resumes) = (kind, place, resumes)
    }

    /// The guest is gone: what was written of it is kept if it is whole, and is of no use otherwise. May wait.
    func settleFile() {
        if kind == .save, isWhole { try? place.take() } else { place.discard() }
    }

    var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "path": .string(place.path), "part": .string(place.part),
            "resumes": .bool(resumes), "whole": .bool(isWhole),
        ]
    }

    init?(_ json: JSONValue?) {
        guard let kind = json?["kind"]?.string.flatMap(Kind.init), let path = json?["path"]?.string,
            let part = json?["part"]?.string, let resumes = json?["resumes"]?.bool
        else { return nil }
        self.init(kind, StatePlace(path: path, part: part), resumes: resumes)
        isWhole = json?["whole"]?.bool ?? false
    }
}
