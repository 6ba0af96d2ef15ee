import ByteText
import Testing

@Suite("The word that was meant")
struct NearestWordTests {
    @Test(
        "a word that was mistyped is found",
        arguments: [
            ("strat", "start"), ("lsit", "list"), ("domifno", "dominfo"), ("destory", "destroy"),
            ("lst", "list"),
            ("undefin", "undefine"),
        ])
    func near(_ written: String, _ meant: String) {
        let words = ["start", "list", "dominfo", "destroy", "undefine", "cd"]
        #expect(nearestWord(to: written, among: words) == meant)
    }

    @Test("what is like none of the words is nothing", arguments: ["", "x", "cs", "frobnicate", "listing"])
    func far(_ written: String) {
        #expect(nearestWord(to: written, among: ["start", "list", "cd", ""]) == nil)
    }
}
