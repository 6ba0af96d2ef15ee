import Virt

extension TestHost {
    /// Puts there what `test:///default` starts with beside its domain; all of it is active.
    func addStandardObjects() throws(VirtError) {
        let network = try TestCollection<TestNetworkState>.definition(TestNetworkState.standard)
        _ = try networks.put(network, toStart: false) {
            $0.live = network
        } tell: { _ in
        }
        let pool = try TestCollection<TestPoolState>.definition(TestPoolState.standard)
        _ = try pools.put(pool, toStart: false) {
            $0.live = pool
        } tell: { _ in
        }
        interfaces.add(try TestInterfaceService.definition(TestInterface.standard), isActive: true)
    }
}
