import ByteText
import JSON
import VirtXML

extension QEMUCommandLine {
    mutating func addMemory() throws(ConfigurationError) {
        var memory = OptionText()
        memory.add("size", "\(guest.initialMemory.kibibytes)k")
        if let maximum = domain.memory.maximum {
            memory.from("maxMemory") { text in
                if let slots = domain.memory.slots, slots > 0 { text.add("slots", slots) }
                text.add("maxmem", "\(guest.aligned(maximum).kibibytes)k")
            }
        }
        try arguments.add("-m", memory, from: .element("memory"))
        guard let name = guest.machineMemoryBackend else {
            return try addLegacyMemory()
        }
        let plan = try MemoryBackend.main(guest, name: name)
        try add(plan.parts, from: .element("memory"))
    }

    /// Boards without a backend of their own know pages and preallocation as options of the command line.
    private mutating func addLegacyMemory() throws(ConfigurationError) {
        guard domain.cpu?.numa == nil else { return }
        if domain.memoryBacking?.allocationMode == .immediate || domain.memoryBacking?.hugepages != nil {
            arguments.add("-mem-prealloc", from: .element("memoryBacking"))
        }
        if domain.memoryBacking?.hugepages != nil,
            let mount = resources.hugepageMounts.first(where: \.isDefault)
        {
            try arguments.add(
                "-mem-path", "\(mount.folder)/libvirt/qemu/\(resources.shortName)",
                from: .element("memoryBacking/hugepages"))
        }
    }

    mutating func addSMP() throws(ConfigurationError) {
        let maximum = domain.vcpu.maximum
        var smp = OptionText()
        let current = guest.startingCPUs
        smp.add(word: "\(current)")
        if current != maximum { smp.add("maxcpus", maximum) }
        if let topology = domain.cpu?.topology {
            smp.from("cpu/topology") { text in
                text.add("sockets", topology.sockets)
                if guest.smpHas("dies") { text.add("dies", topology.dies) }
                if guest.smpHas("clusters") { text.add("clusters", topology.clusters) }
                text.add("cores", topology.cores)
                text.add("threads", topology.threads)
            }
        } else {
            smp.from(.roost("without a <topology> each CPU is a socket")) { text in
                text.add("sockets", maximum)
                text.add("cores", 1)
                text.add("threads", 1)
            }
        }
        try arguments.add("-smp", smp, from: .element("vcpu"))
    }

    mutating func addIOThreads() throws(ConfigurationError) {
        let isListed = domain.iothreads.threads.contains(where: \.isSpoken)
        for (index, thread) in domain.iothreads.threads.enumerated() {
            var object: JSONObject = ["qom-type": "iothread", "id": .string("iothread\(thread.id)")]
            addPool(thread.pool, to: &object)
            object.add("poll-max-ns", thread.poll?.max)
            object.add("poll-grow", thread.poll?.grow)
            object.add("poll-shrink", thread.poll?.shrink)
            try arguments.add(
                "-object", object,
                from: isListed ? .one("iothreadids/iothread", index) : .element("iothreads"))
        }
        guard let pool = domain.iothreads.defaultThread else { return }
        var object: JSONObject = ["qom-type": "main-loop", "id": "main-loop"]
        addPool(pool, to: &object)
        try arguments.add("-object", object, from: .element("defaultiothread"))
    }

    private func addPool(_ pool: ThreadPool, to object: inout JSONObject) {
        object.add("thread-pool-min", pool.min)
        object.add("thread-pool-max", pool.max)
    }

    mutating func addNUMA() throws(ConfigurationError) {
        guard let cells = domain.cpu?.numa?.cells, !cells.isEmpty else { return }
        if !guest.cellsHaveBackends, domain.memoryBacking?.allocationMode == .immediate {
            arguments.add("-mem-prealloc", from: .element("memoryBacking/allocation"))
        }
        for (index, cell) in cells.enumerated() {
            let backend = try MemoryBackend.cell(guest, cell, index: index)
            try add(backend.parts, from: origin(ofCell: index))
            try addNode(cell, index)
        }
        try addDistances(cells)
        try addInterconnects()
    }

    /// The element that a cell is; where the document says none, what it was made for.
    func origin(ofCell index: Int) -> QEMUOrigin {
        domain.cpu?.isSaid == true ? .one("cpu/numa/cell", index) : .element("maxMemory")
    }

    private mutating func addNode(_ cell: NUMACell, _ index: Int) throws(ConfigurationError) {
        var node = OptionText("node")
        node.add("nodeid", index)
        for range in (cell.cpus?.xml ?? "").split(atByte: ",") { node.add("cpus", String(range)) }
        if guest.hasMemoryAttributes { node.add("initiator", guest.initiator(of: index)) }
        if guest.cellsHaveBackends {
            node.add("memdev", "ram-node\(index)")
        } else {
            node.add("mem", (cell.memory?.bytes ?? 0) >> 20)
        }
        try arguments.add("-numa", node, from: origin(ofCell: index))
    }

    private mutating func addDistances(_ cells: [NUMACell]) throws(ConfigurationError) {
        func told(_ from: Int, _ to: Int) -> UInt32 {
            let usual: UInt32 = from == to ? 10 : 20
            // A way that is told in one direction is as long in the other.
            let told =
                cells[from].distances.first { Int($0.id) == to }
                ?? cells[to].distances.first { Int($0.id) == from }
            return told?.value ?? usual
        }
        let pairs = cells.indices.flatMap { from in cells.indices.map { (from, $0) } }
        // What QEMU takes for granted anyway is not told, unless a cell says only a part of it.
        let isUsual = cells.allSatisfy { cell in
            cell.distances.isEmpty
                || cell.distances.count == cells.count
                    && cell.distances.allSatisfy { [10, 20].contains($0.value) }
        }
        guard !isUsual else { return }
        for (from, to) in pairs {
            var distance = OptionText("dist")
            distance.add("src", from)
            distance.add("dst", to)
            distance.add("val", told(from, to))
            try arguments.add("-numa", distance, from: origin(ofCell: from))
        }
    }
}
