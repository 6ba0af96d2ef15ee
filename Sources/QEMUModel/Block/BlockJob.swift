import JSON
import Virt
import VirtXML

/// A job on a running guest's disk, as it stands in the guest's record: what it does to which images, and how far it is.
/// Images are named by their numbers.
package struct BlockJob: Equatable, Sendable {
    package enum Kind: String, Sendable {
        case pull, commit, copy, backup
        case activeCommit = "active-commit"
    }

    package enum Phase: String, Sendable {
        case running
        /// What is copied is kept the same from now on, until somebody ends the job.
        case ready
        /// The disk is to change over to the copy, or to the image that was committed into.
        case pivoting
        case aborting
    }

    /// QEMU's name for it.
    package let id: String
    package let kind: Kind
    /// The disk's target.
    package let disk: String
    /// Of a pull, the image that takes what is below; of a commit, the uppermost that is merged; of others, the disk's own.
    package let top: UInt32
    /// Of a pull, the image that stays below; of a commit, the one that takes what is above; of others, the copy. Nil
    /// where a pull leaves nothing below.
    package let base: UInt32?
    package var phase = Phase.running
    /// Whether the files of images that have been merged are removed.
    package var removesFiles = false

    package init(_ kind: Kind, of disk: DiskDevice, node: String, top: UInt32, base: UInt32?) {
        let word = kind == .activeCommit ? "commit" : kind.rawValue
        (id, self.kind, self.disk) = ("\(word)-\(disk.target.dev)-\(node)", kind, disk.target.dev)
        (self.top, self.base) = (top, base)
    }

    /// What libvirt calls it.
    package var type: DomainBlockJobType {
        switch kind {
        case .pull: .pull
        case .commit: .commit
        case .activeCommit: .activeCommit
        case .copy: .copy
        case .backup: .backup
        }
    }

    /// Whether it ends only when somebody says so.
    package var isMirror: Bool { kind == .copy || kind == .activeCommit }

    // MARK: In a record

    package init?(_ value: JSONValue) {
        guard let id = value["id"]?.string, let kind = value["kind"]?.string.flatMap(Kind.init),
            let disk = value["disk"]?.string, let top = value["top"]?.uint.flatMap(UInt32.init(exactly:)),
            let phase = value["phase"]?.string.flatMap(Phase.init)
        else { return nil }
        (self.id, self.kind, self.disk, self.top, self.phase) = (id, kind, disk, top, phase)
        base = value["base"]?.uint.flatMap(UInt32.init(exactly:))
        removesFiles = value["removesFiles"]?.bool ?? false
    }

    package var json: JSONValue {
        var object: JSONObject = [
            "id": .string(id), "kind": .string(kind.rawValue), "disk": .string(disk), "top": .init(top),
            "phase": .string(phase.rawValue), "removesFiles": .bool(removesFiles),
        ]
        object.add("base", base)
        return .object(object)
    }
}

/// How a job is, as QEMU tells of it now.
package struct BlockJobStatus: Equatable, Sendable {
    package let status: String
    /// Why it failed; nil where it didn't, or isn't over.
    package let error: String?

    package var isConcluded: Bool { status == "concluded" }

    /// Of the answer to `query-jobs`, the job with a name; nil where QEMU has none.
    package init?(_ id: String, in answer: JSONValue) {
        guard let job = answer.array?.first(where: { $0["id"]?.string == id }),
            let status = job["status"]?.string
        else { return nil }
        (self.status, error) = (status, job["error"]?.string)
    }
}

extension BlockJobStatus {
    /// The names of the jobs that are over and wait to be taken note of.
    package static func concluded(in answer: JSONValue) -> [String] {
        (answer.array ?? []).compactMap { $0["status"]?.string == "concluded" ? $0["id"]?.string : nil }
    }
}
