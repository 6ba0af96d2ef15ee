import Foundation

/// libvirt's published test data, which are no part of the project; `ROOST_CORPUS` says where they are.
package enum Published {
    /// The folder of the project.
    package static let project = String(
        #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 })

    /// Where the data are; nil where this machine has none.
    package static let root: String? = {
        let path = ProcessInfo.processInfo.environment["ROOST_CORPUS"] ?? project + "/../shared/corpus"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    /// Whether the data are others than those that the known failures were found with.
    package static let isAnother = ProcessInfo.processInfo.environment["ROOST_CORPUS"] != nil

    package static func bytes(_ path: String) -> [UInt8]? {
        root.flatMap { FileManager.default.contents(atPath: $0 + "/" + path) }.map { Array($0) }
    }

    package static func text(_ path: String) -> String? {
        bytes(path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The names in a folder, sorted; none if it isn't there.
    package static func names(in folder: String, ending: String = "") -> [String] {
        guard let root else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root + "/" + folder)) ?? []
        return names.filter { ending.isEmpty || $0.hasSuffix(ending) }.sorted()
    }

    /// The names of the documents in a folder, sorted.
    package static func documentNames(in folder: String) -> [String] { names(in: folder, ending: ".xml") }

    /// The texts of all documents below a folder of this machine.
    package static func documents(below folder: String) -> [String] {
        let files = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".xml") }.sorted().compactMap { file in
            FileManager.default.contents(atPath: folder + "/" + file).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
    }
}
