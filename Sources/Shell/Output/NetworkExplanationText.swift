import Explanation

extension NetworkExplanation {
    /// The explanation as people read it: what stands in guests' way first, since that is what is looked for.
    var text: String {
        var lines = ["\(name.printable): \(isActive ? "active" : "inactive")"]
        for problem in problems {
            lines.append("  ! " + problem.text.printable)
            if let repair = problem.repair { lines.append("    → " + repair.printable) }
        }
        if isActive, problems.isEmpty { lines.append("  nothing is known that stands in its guests' way") }
        for (index, fact) in facts.enumerated() {
            let isNew = index == 0 || facts[index - 1].kind != fact.kind
            if isNew { lines.append(Self.title(of: fact.kind)) }
            lines.append("  " + fact.text.printable)
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func title(of kind: String) -> String {
        switch kind {
        case "link": "Links"
        case "address": "Addresses"
        case "guest": "Guests"
        case "route": "Routes"
        case "process": "Processes"
        case "rule": "Rules of the firewall"
        case "sysctl": "Settings of the kernel"
        case "file": "Files"
        default: kind
        }
    }
}
