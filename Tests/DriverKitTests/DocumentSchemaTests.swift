import DriverKit
import LinuxSystem
import Testing
import Virt

@Suite("Documents are checked against schemas")
struct DocumentSchemaTests {
    /// A folder with a schema of networks that have a name alone.
    private func withSchema(_ body: (String) async throws -> Void) async throws {
        let folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/driverkit-")
        defer { try? FileSystem.removeTree(folder) }
        let schema = """
            <element name="network" xmlns="http://relaxng.org/ns/structure/1.0">
              <element name="name"><text/></element>
            </element>
            """
        try FileSystem.replace(folder + "/network.rng", with: schema)
        try await body(folder)
    }

    @Test("what the schema allows passes, again and again")
    func good() async throws {
        try await withSchema { folder in
            for _ in 0..<3 {
                try await DocumentSchema.network.check(
                    "<network><name>a</name></network>", if: true, in: folder)
            }
        }
    }

    @Test("what the schema doesn't allow has an error of its own, which names schema and element")
    func bad() async throws {
        try await withSchema { folder in
            let error = await #expect(throws: VirtError.self) {
                try await DocumentSchema.network.check(
                    "<network><name>a</name><bogus/></network>", if: true, in: folder)
            }
            #expect(error?.code == .xmlInvalidSchema)
            #expect(error?.message.contains("\(folder)/network.rng") == true)
            #expect(error?.message.contains("bogus") == true)
        }
    }

    @Test("nothing is checked unless asked for, and what isn't XML is left to its reader")
    func unchecked() async throws {
        try await withSchema { folder in
            try await DocumentSchema.network.check("<bogus/>", if: false, in: folder)
            try await DocumentSchema.network.check("<network", if: true, in: folder)
        }
    }

    @Test("a schema that isn't installed is named, with the package that has it")
    func missing() async throws {
        try await withSchema { folder in
            let error = await #expect(throws: VirtError.self) {
                try await DocumentSchema.secret.check("<secret/>", if: true, in: folder)
            }
            #expect(error?.code == .internalError)
            #expect(error?.message.contains("\(folder)/secret.rng") == true)
            #expect(error?.message.contains("libvirt0") == true)
        }
    }
}
