import Foundation

/// The published CPUs that the models are measured against; found by `ROOST_CORPUS`.
enum Corpus {
    static let folder: String? = {
        let root = ProcessInfo.processInfo.environment["ROOST_CORPUS"] ?? "../shared/corpus"
        let path = root + "/cpu/cputestdata"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    static let names: [String] =
        folder.flatMap {
            try? FileManager.default.contentsOfDirectory(atPath: $0).sorted()
        } ?? []

    static func bytes(_ name: String) -> [UInt8]? {
        folder.flatMap { FileManager.default.contents(atPath: $0 + "/" + name) }.map { Array($0) }
    }

    /// A file's text without comments.
    static func text(_ name: String) -> String? {
        bytes(name).map { bytes in
            String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
                .filter { !$0.hasPrefix("<!--") }.joined(separator: "\n")
        }
    }

    /// The floors below which no count may fall.
    static func floors() throws -> [(String, Int)] {
        let path = (#filePath as NSString).deletingLastPathComponent + "/../../conformance-floors.txt"
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 2, words[0] == "cpu" || words[0].hasPrefix("cpu."), let floor = Int(words[1])
            else { return nil }
            return (String(words[0]), floor)
        }
    }
}
