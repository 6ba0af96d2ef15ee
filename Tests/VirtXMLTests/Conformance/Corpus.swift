import Glibc

/// The published documents that the types are measured against.
enum Corpus {
    /// The package's folder.
    static let package = String(#filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 })

    /// Whether the documents are others than those that the floors were measured with.
    static let isAnother = getenv("ROOST_CORPUS") != nil

    /// Where the documents are; nil if there are none on this machine.
    static let root: String? = {
        let path = getenv("ROOST_CORPUS").map { String(cString: $0) } ?? package + "/../shared/corpus"
        return access(path, R_OK) == 0 ? path : nil
    }()

    /// The names of the documents in a folder, sorted.
    static func names(in folder: String, ending: String = ".xml") -> [String] {
        guard let root else { return [] }
        return entries(of: root + "/" + folder).filter { $0.hasSuffix(ending) }
    }

    /// The texts of all documents below a folder.
    static func texts(below folder: String) -> [String] {
        entries(of: folder).flatMap { name -> [String] in
            let path = folder + "/" + name
            return name.hasSuffix(".xml") ? [read(path)].compactMap { $0 } : texts(below: path)
        }
    }

    /// The names in a folder, sorted; none if it isn't one.
    private static func entries(of folder: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    static func text(_ path: String) -> String? { root.flatMap { read($0 + "/" + path) } }

    static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
