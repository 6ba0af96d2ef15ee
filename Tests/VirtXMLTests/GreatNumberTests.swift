import Testing
import VirtXML
import XMLBinding

/// Numbers of documents from which lists follow: none is made before the number is known to be one that can be.
@Suite("Great numbers in documents")
struct GreatNumberTests {
    private func read(_ inside: String, vcpus: String = "1") throws -> DomainDefinition {
        var definition = try DomainDefinition(
            xml: """
                <domain type="qemu"><name>x</name><memory>65536</memory><vcpu>\(vcpus)</vcpu>
                <os><type arch="x86_64">hvm</type></os>\(inside)</domain>
                """, options: .inactive)
        try definition.fillVCPUs()
        return definition
    }

    @Test(
        "more CPUs than a list can be made of are refused, with cells, a list of them, or neither",
        arguments: [
            "", "<cpu><numa><cell id='0' cpus='0' memory='65536'/></numa></cpu>",
            "<vcpus><vcpu id='0' enabled='yes' hotpluggable='no'/></vcpus>",
        ])
    func processors(inside: String) throws {
        for count in ["4294967295", "-1", "16385"] {
            #expect(throws: XMLError.self, "\(count)") { try read(inside, vcpus: count) }
        }
        #expect(try read(inside, vcpus: "16384").vcpu.maximum == 16384)
    }

    @Test("a list of CPUs is as long as the count where that can be, and no longer")
    func list() throws {
        var definition = try read("", vcpus: "4")
        definition.vcpu.maximum = .max
        definition.listVCPUs()
        #expect(definition.vcpus.count == Int(VCPUCount.limit))
    }

    @Test(
        "sets of CPUs end where libvirt's do", arguments: ["0-4294967295", "16384", "0-16384", "4294967295"])
    func sets(text: String) {
        #expect(CPUSet(xml: text) == nil)
        #expect(throws: XMLError.self) {
            try read("<cputune><emulatorpin cpuset='\(text)'/></cputune>")
        }
    }

    @Test("as many I/O threads as a guest has use for are counted, more are refused")
    func threads() throws {
        #expect(try read("<iothreads>20000</iothreads>").iothreads.threads.count == 20000)
        #expect(throws: XMLError.self) { try read("<iothreads>4294967295</iothreads>") }
    }

    @Test(
        "numbers that libvirt keeps with a sign are refused where they don't fit",
        arguments: ["index", "ports", "vectors"])
    func controllers(name: String) {
        let error = #expect(throws: XMLError.self) {
            try read("<devices><controller type='virtio-serial' \(name)='4294967295'/></devices>")
        }
        #expect(
            error?.message
                == "Invalid value for attribute '\(name)' in element 'controller': '4294967295'. Expected integer value"
        )
    }

    @Test("letters that no document can hold are left out, so that what is written can be read")
    func letters() throws {
        var definition = try read("")
        definition.title = "a\u{FFFE}b\u{FFFF}c\u{1}d\u{FF0C}"
        let again = try DomainDefinition(xml: definition.xml(), options: .inactive)
        #expect(again.title == "abcd\u{FF0C}")
    }
}
