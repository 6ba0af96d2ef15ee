import DriverKit
import Testing
import Virt
import VirtXML

@Suite("What drivers share about domains")
struct DomainTests {
    private func told(_ state: DomainState, _ reason: Int32, from former: DomainState) -> [Int32]? {
        let domain = DomainReference(name: "d", uuid: .zero, id: 1)
        return DomainLifecycleEvent(domain, entered: state, reason, from: former).map {
            [$0.event, $0.detail]
        }
    }

    @Test("a change of state is told as clients know it")
    func events() {
        #expect(told(.running, 1, from: .shutoff) == [2, 0])
        #expect(told(.running, 3, from: .shutoff) == [2, 2])
        #expect(told(.running, 5, from: .paused) == [4, 0])
        #expect(told(.running, 8, from: .pmsuspended) == [2, 4])
        #expect(told(.paused, DomainPausedReason.user.rawValue, from: .running) == [3, 0])
        #expect(told(.paused, DomainPausedReason.ioerror.rawValue, from: .running) == [3, 2])
        #expect(told(.shutoff, DomainShutoffReason.shutdown.rawValue, from: .running) == [5, 0])
        #expect(told(.shutoff, DomainShutoffReason.destroyed.rawValue, from: .paused) == [5, 1])
        #expect(told(.shutoff, DomainShutoffReason.saved.rawValue, from: .running) == [5, 4])
        #expect(told(.crashed, 1, from: .running) == [8, 0])
        #expect(told(.running, 1, from: .running) == nil)
    }

    @Test("flags choose the running guest, the persistent definition, or both")
    func impact() throws {
        let (current, live, config) = (
            DomainModificationImpact.current, DomainModificationImpact.live, DomainModificationImpact.config
        )
        let both: DomainModificationImpact = [.live, .config]
        #expect(try current.resolved(isActive: true, isPersistent: true) == live)
        #expect(try current.resolved(isActive: false, isPersistent: true) == config)
        #expect(try both.resolved(isActive: true, isPersistent: true) == both)
        #expect(throws: VirtError(.operationInvalid, "domain is not running", from: .domain)) {
            try live.resolved(isActive: false, isPersistent: true)
        }
        #expect(throws: VirtError.self) { try config.resolved(isActive: true, isPersistent: false) }
        #expect(throws: VirtError.self) { try both.resolvedToRead(isActive: true, isPersistent: true, "f") }
    }

    private func error(_ call: () throws(VirtError) -> Void) -> VirtError? {
        do throws(VirtError) {
            try call()
            return nil
        } catch {
            return error
        }
    }

    @Test("metadata that isn't there, or of a type that isn't known, is an error of its own")
    func metadata() throws {
        var definition = DomainDefinition()
        var refused: VirtError?
        #expect(
            throws: VirtError(.noDomainMetadata, "Requested metadata element is not present", from: .domain)
        ) {
            try definition.metadata(ofType: 0, uri: nil)
        }
        #expect(throws: VirtError(.invalidArg, "unknown metadata type '7'", from: .domain)) {
            try definition.metadata(ofType: 7, uri: nil)
        }
        try definition.setMetadata(ofType: 2, to: "<x>1</x>", key: "k", uri: "http://a")
        #expect(try definition.metadata(ofType: 2, uri: "http://a") == "<x>1</x>")
        refused = error { () throws(VirtError) in
            try definition.setMetadata(ofType: 2, to: "<x>", key: "k", uri: "http://a")
        }
        #expect(refused != nil)
        refused = error { () throws(VirtError) in
            try definition.setMetadata(ofType: 2, to: "<x/>", key: nil, uri: "http://a")
        }
        #expect(refused != nil)
        refused = error { () throws(VirtError) in
            try definition.setMetadata(ofType: 1, to: "a\nb", key: nil, uri: nil)
        }
        #expect(refused != nil)
        try definition.setMetadata(ofType: 2, to: nil, key: nil, uri: "http://a")
        #expect(definition.metadata?.entries.isEmpty == true)
    }

    @Test("flags that a call doesn't know are named")
    func flags() {
        let error = #expect(throws: VirtError.self) {
            try DomainXMLFlags(rawValue: 0x101).require(.secure, in: "testDomainGetXMLDesc", from: .test)
        }
        #expect(error?.message == "unsupported flags (0x100) in function testDomainGetXMLDesc")
        #expect(error?.code == .invalidArg)
    }

    @Test("what belongs to a client ends with it, the latest first, once")
    func closing() async {
        let (hooks, log) = (CloseHooks(), NameLog())
        for name in ["a", "b", "c"] { hooks.add(name) { await log.add(name) } }
        hooks.remove("b")
        await hooks.run()
        await hooks.run()
        #expect(await log.names == ["c", "a"])
        #expect(!hooks.add("d") {})
    }

    private actor NameLog {
        var names: [String] = []
        func add(_ name: String) { names.append(name) }
    }
}
