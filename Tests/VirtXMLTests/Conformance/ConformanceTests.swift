import Glibc
import PublishedData
import Testing

/// Measures the documents against published ones.
///
/// For development, `ROOST_CASE=name` shows what comes out of the cases whose name contains it.
@Suite struct ConformanceTests {
    @Test(
        "published documents come out as libvirt writes them", .published, arguments: Group.all.map(\.name))
    func group(_ name: String) throws {
        let group = try #require(Group.all.first { $0.name == name })
        var count = CaseCount(name)
        for entry in group.cases { count.add(entry.name, entry.difference) }
        count.tell()
        show(group)
    }

    private func show(_ group: Group) {
        guard let wanted = getenv("ROOST_CASE").map({ String(cString: $0) }) else { return }
        for entry in group.cases where entry.name.contains(wanted) && !entry.difference.isEmpty {
            let result = Result { try entry.produce() }
            print("--- \(group.name) \(entry.name)\n\(result)\n--- expected\n\(entry.expected ?? "an error")")
        }
    }
}
