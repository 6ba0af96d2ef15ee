import Testing
import Virt

@Suite("Numbers of libvirt's")
struct NamedValueTests {
    @Test("describe themselves by their names")
    func names() {
        #expect("\(ErrorNumber.noDomain)" == "noDomain")
        #expect("\(CPUCompareResult.error)" == "error")
        #expect("\(DomainState.running)" == "running")
    }

    @Test("that have no name are numbers")
    func unnamed() {
        #expect("\(ErrorNumber(rawValue: 4711))" == "4711")
        #expect("\(DomainXMLFlags(rawValue: 1 << 30))" == "[\(1 << 30)]")
    }

    @Test("sets of flags list theirs")
    func flags() {
        #expect("\(DomainXMLFlags([.secure, .inactive]))" == "[secure, inactive]")
        #expect("\(DomainXMLFlags([]))" == "[]")
    }
}
