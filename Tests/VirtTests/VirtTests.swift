import Testing
import Virt

@Suite("UUID")
struct UUIDTests {
    @Test("a text with or without hyphens reads as the same identity and prints in groups")
    func text() throws {
        let a = try #require(UUID("0123456789abcdefFEDCBA9876543210"))
        #expect(a == UUID("01234567-89ab-cdef-fedc-ba9876543210"))
        #expect(a.description == "01234567-89ab-cdef-fedc-ba9876543210")
        #expect(UUID(bytes: a.bytes) == a)
    }

    @Test(
        "what has too few, too many or other digits is no identity",
        arguments: ["", "0123", "zz", String(repeating: "0", count: 33)])
    func refused(text: String) { #expect(UUID(text) == nil) }

    @Test("a random identity is of version 4")
    func random() {
        let text = UUID.random().description
        #expect(Array(text)[14] == "4")
        #expect("89ab".contains(Array(text)[19]))
    }
}

@Suite("VirtError")
struct VirtErrorTests {
    @Test("a message begins with its code's text and keeps the detail apart")
    func message() {
        let error = VirtError(.noDomain, "no domain with matching name 'x'", from: .qemu)
        #expect(error.message == "Domain not found: no domain with matching name 'x'")
        #expect(error.string1 == "Domain not found: %s")
        #expect(error.string2 == "no domain with matching name 'x'")
        #expect(VirtError(.noDomain).message == "Domain not found")
    }
}

@Suite("ConnectionURI")
struct ConnectionURITests {
    @Test("scheme, transport, host, path and parameters are told apart")
    func parts() throws {
        let uri = try ConnectionURI("qemu+ssh://me@host:22/system?socket=/a%20b&x=1")
        #expect(uri.driver == "qemu")
        #expect(uri.transport == "ssh")
        #expect(uri.user == "me")
        #expect(uri.host == "host")
        #expect(uri.port == 22)
        #expect(uri.path == "/system")
        #expect(uri["socket"] == "/a b")
        #expect(uri.forDaemon.description == "qemu:///system?x=1")
    }

    @Test(
        "what is written reads the same",
        arguments: [
            "test:foo", "test:%2541", "test:///a%3Fb%23c", "qemu://a%40b%2Fc@host/",
            "qemu:///x?a%26b=c%3Dd%26e&f=%25",
            "qemu+ssh://[::1]:22/system?keyfile=/home/me/.ssh/id", "test:///%C3%A4", "x:",
        ])
    func roundTrip(text: String) throws {
        let uri = try ConnectionURI(text)
        let again = try ConnectionURI(uri.description)
        #expect(again.user == uri.user && again.host == uri.host && again.path == uri.path)
        #expect(again.parameters.map(\.name) == uri.parameters.map(\.name))
        #expect(again.parameters.map(\.value) == uri.parameters.map(\.value))
    }

    @Test("what has no scheme is refused", arguments: ["", "/x", ":///a", "qemu://host:x/"])
    func refused(text: String) { #expect(throws: VirtError.self) { try ConnectionURI(text) } }
}
