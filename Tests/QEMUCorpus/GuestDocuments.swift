import Foundation

/// The documents of the end-to-end tests, each with what all have in common.
package enum GuestDocuments {
    package static func all() throws -> [String] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../EndToEnd/guests")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.sorted { $0.path < $1.path }.flatMap { file in
            try String(contentsOf: file, encoding: .utf8).matches(
                of: /(?s)<domain name="([^"]*)" machine="([^"]*)"( type="[^"]*")?>(.*?)<\/domain>/
            ).map { found in
                let (_, name, machine, _, body) = found.output
                let kind = "<type arch=\"x86_64\" machine=\"\(machine)\">hvm</type>"
                var inside = String(body)
                if inside.contains("<os") {
                    inside = inside.replacing(/<os[^>]*>/) { "\($0.output)\(kind)" }
                } else {
                    inside += "<os>\(kind)</os>"
                }
                if !inside.contains("<memory ") { inside += "<memory>65536</memory>" }
                return "<domain type=\"qemu\"><name>\(name)</name><vcpu>1</vcpu>\(inside)</domain>"
            }
        }
    }
}
