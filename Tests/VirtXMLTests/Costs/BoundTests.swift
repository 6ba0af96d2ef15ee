import Testing
import VirtXML
import XMLBinding

/// What a document may list at most: who lists more is told so before any of it is looked at.
@Suite struct BoundTests {
    @Test("more devices than a guest can have are refused before one of them is read")
    func devices() throws {
        let wrong = String(repeating: "<disk type='nonsense'/>", count: DomainDevices.most + 1)
        let error = #expect(throws: XMLError.self) { try read("<devices>\(wrong)</devices>") }
        #expect(error?.message == "a domain can have 4096 devices at most, and this one lists 4097")
        let most = String(repeating: "<hub type='usb'/>", count: DomainDevices.most)
        #expect(try read("<devices>\(most)</devices>").devices.hubs.count == DomainDevices.most)
    }

    @Test("a CPU has no more features than any processor, in a domain and in a document of its own")
    func features() throws {
        func text(_ count: Int) -> String {
            let features = (0..<count).map { "<feature policy='require' name='f\($0)'/>" }.joined()
            return "<cpu mode='custom'><model>qemu64</model>\(features)</cpu>"
        }
        let message = "element 'cpu' has more than 2048 elements 'feature'"
        #expect(throws: XMLError.self) { try read(text(GuestCPU.mostFeatures + 1)) }
        let error = #expect(throws: XMLError.self) { try GuestCPU(xml: text(GuestCPU.mostFeatures + 1)) }
        #expect(error?.message == message)
        let host = text(GuestCPU.mostFeatures + 1).replacing(" mode='custom'", with: "")
        #expect(throws: XMLError.self) { try CPUDescription(xml: host) }
        #expect(try GuestCPU(xml: text(GuestCPU.mostFeatures)).features.count == GuestCPU.mostFeatures)
    }

    @Test(
        "lists of which nothing else is said end, too",
        arguments: [
            ("vcpupin vcpu='0' cpuset='0'", "cputune", XMLBounds.list),
            ("cachetune vcpus='0'", "cputune", 256), ("memorytune vcpus='0'", "cputune", 256),
            ("iothread id='1'", "iothreadids", XMLBounds.list),
        ])
    func lists(_ element: String, _ parent: String, _ most: Int) throws {
        let text = "<\(parent)>" + String(repeating: "<\(element)/>", count: most + 1) + "</\(parent)>"
        let name = element.prefix { $0 != " " }
        let error = #expect(throws: XMLError.self) { try read(text) }
        #expect(error?.message == "element '\(parent)' has more than \(most) elements '\(name)'")
    }

    @Test("a guest has no more cells than QEMU gives it")
    func cells() throws {
        let cells = (0...128).map { "<cell id='\($0)' cpus='\($0)' memory='1'/>" }.joined()
        let error = #expect(throws: XMLError.self) { try read("<cpu><numa>\(cells)</numa></cpu>") }
        #expect(error?.message == "element 'numa' has more than 128 elements 'cell'")
    }

    @Test("entries that would be split into as many threads as entries times numbers are refused as one")
    func schedulers() throws {
        let entry = "<vcpusched vcpus='0-16383' scheduler='batch'/>"
        let text = "<cputune>" + String(repeating: entry, count: 4096) + "</cputune>"
        let error = #expect(throws: XMLError.self) { try read(text) }
        #expect(error?.message == "'vcpusched' attributes 'vcpus' must not overlap")
    }

    private func read(_ part: String) throws -> DomainDefinition {
        try DomainDefinition(
            xml: """
                <domain type='qemu'><name>a</name><memory>1024</memory><vcpu>1</vcpu>\(part)
                <os><type>hvm</type></os></domain>
                """, options: .inactive)
    }
}
