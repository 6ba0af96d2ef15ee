import Testing
import VirtXML
import XMLBinding

@Suite("An image below a disk whose source says nothing")
struct EmptySourceTests {
    private static let places = [
        "<source file='/a'/><backingStore type='file'><format type='raw'/><source/><backingStore/></backingStore>",
        "<source file='/a'><dataStore type='file'><format type='raw'/><source/></dataStore></source>",
    ]

    @Test("is read again as it was written, so that its domain isn't lost", arguments: places)
    func again(_ place: String) throws {
        let domain = try DomainDefinition(
            xml: "<domain type='qemu'><name>a</name><memory>1</memory><os><type>hvm</type></os><devices>"
                + "<disk type='file'><driver type='qcow2'/>\(place)<target dev='vda'/></disk></devices></domain>"
        )
        let text = try domain.xml(options: [.inactive, .secure])
        #expect(try DomainDefinition(xml: text, options: [.inactive, .secure]) == domain)
    }
}
