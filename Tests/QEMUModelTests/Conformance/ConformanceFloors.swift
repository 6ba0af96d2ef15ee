import Foundation

/// The counts below which conformance must not fall, by name.
enum ConformanceFloors {
    static func all() throws -> [(String, Int)] {
        let path = (#filePath as NSString).deletingLastPathComponent + "/../../conformance-floors.txt"
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 2, let floor = Int(words[1]) else { return nil }
            return (String(words[0]), floor)
        }
    }
}
