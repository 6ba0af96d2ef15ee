import Foundation

/// A host's `/sys` and what belongs to it as real files, from a text of the project's own. A line of it is a file with its
/// content, with `\n`, `\t` and `\\` in it, or data in hexadecimal and a number of zeros, or a link and what it leads to.
package final class SystemTree: Sendable {
    package let path: String

    /// What all others are copies of.
    private static let workstation = Result { try SystemTree(made: "workstation") }

    /// A copy of the tree `workstation` in `Tests/Documents/sysfs`, to be changed.
    package init() throws {
        path = NSTemporaryDirectory() + "sysfs-" + UUID().uuidString
        try FileManager.default.copyItem(atPath: Self.workstation.get().path, toPath: path)
    }

    private init(made name: String) throws {
        path = NSTemporaryDirectory() + "sysfs-\(name)-" + UUID().uuidString
        let file = Published.project + "/Tests/Documents/sysfs/\(name).tree"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            if words.count == 3 { try add(words[0], String(words[1]), words[2]) }
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    private func add(_ kind: Substring, _ name: String, _ value: Substring) throws {
        switch kind {
        case "link": try link(name, to: String(value))
        case "data":
            let parts = value.split(separator: " ", omittingEmptySubsequences: false)
            let digits = Array(parts[0].utf8)
            let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
            }
            let zeros = [UInt8](repeating: 0, count: Int(parts[1]) ?? 0)
            try write(name, Data(bytes + zeros))
        default: try write(name, Data(Self.unescaped(value).utf8))
        }
    }

    private static func unescaped(_ text: Substring) -> String {
        var (result, isEscaped) = ("", false)
        for letter in text {
            if isEscaped {
                result.append(letter == "n" ? "\n" : letter == "t" ? "\t" : letter)
                isEscaped = false
            } else if letter == "\\" {
                isEscaped = true
            } else {
                result.append(letter)
            }
        }
        return result
    }

    // MARK: Change

    package func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }

    private func write(_ name: String, _ data: Data) throws {
        try makeFolder(of: name)
        try data.write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    package func link(_ name: String, to target: String) throws {
        try makeFolder(of: name)
        try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
        try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: target)
    }

    package func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }

    package func text(_ name: String) -> String? {
        try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
    }

    private func makeFolder(of name: String) throws {
        let folder = ("\(path)/\(name)" as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// What libvirt 11.3 shows of the devices of such a tree: their documents by name.
    package static func expected() throws -> [String: String] {
        let file = Published.project + "/Tests/Documents/sysfs/workstation.xml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        var found: [String: String] = [:]
        for part in text.components(separatedBy: "\n</device>\n") where part.contains("<name>") {
            let name = part.components(separatedBy: "<name>")[1].components(separatedBy: "</name>")[0]
            found[name] = part + "\n</device>\n"
        }
        return found
    }
}
