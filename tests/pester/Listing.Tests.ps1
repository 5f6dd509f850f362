BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    Import-ModuleUnderTest

    # Hosts of libvirt's own test driver, with VMs as a file says.
    function New-TestHost([string] $Name, [string] $Cluster, [string[]] $Guest) {
        $domains = $Guest.ForEach{
            "<domain type='test'><name>$_</name><uuid>$([guid]::NewGuid())</uuid><memory unit='MiB'>512</memory><vcpu>2</vcpu><os><type>hvm</type></os></domain>"
        }
        $file = Join-Path $TestDrive "$Name.xml"
        "<node>$domains</node>" | Set-Content $file
        Register-VmHost $Name "test://$file" -Cluster $Cluster -Force | Out-Null
    }

    $env:VIRTMIGRATION_HOME = Join-Path $TestDrive home
    New-TestHost t1 west web1, web2, db1
    New-TestHost t2 east web3
}

AfterAll { $env:VIRTMIGRATION_HOME = $script:homeBefore }

Describe 'Get-VM' {
    It 'lists all VMs of all hosts, by host and name' {
        (Get-VM).ForEach{ "$($_.Host)/$($_.Name)" } | Should -Be t1/db1, t1/web1, t1/web2, t2/web3
    }

    It 'gives typed VMs' {
        $vm = Get-VM web1
        $vm | Should -BeOfType VirtMigration.Inventory.VirtualMachine
        $vm.Uuid | Should -BeOfType guid
        $vm.State | Should -Be Running
        $vm.VCpus | Should -Be 2
        $vm.Memory.Bytes | Should -Be 512MB
        $vm.Cluster | Should -Be west
        $vm.Persistent | Should -BeTrue
        "$vm" | Should -Be web1
    }

    It 'finds <Expected> by <Pattern>' -ForEach @(
        @{ Pattern = 'web*'; Expected = 'web1', 'web2', 'web3' }
        @{ Pattern = 'WEB1'; Expected = @('web1') }
        @{ Pattern = 'web[13]'; Expected = 'web1', 'web3' }
        @{ Pattern = '?b1'; Expected = @('db1') }
    ) {
        (Get-VM $Pattern).Name | Should -Be $Expected
    }

    It 'takes several names, also from the pipeline' {
        (Get-VM db1, web3).Name | Should -Be db1, web3
        ('db1', 'web3' | Get-VM).Name | Should -Be db1, web3
    }

    It 'keeps to hosts, by name and wildcard' {
        (Get-VM -Host t2).Name | Should -Be web3
        (Get-VM web* -Host t1).Name | Should -Be web1, web2
        (Get-VM -Host t*).Count | Should -Be 4
        (Get-VM -Host T2, t1).Count | Should -Be 4
    }

    It 'keeps to a cluster' {
        (Get-VM -Cluster east).Name | Should -Be web3
        Assert-Error (Get-ErrorOf { Get-VM -Host t1 -Cluster east }) HostNotFound t1 "in cluster 'east'"
    }

    It 'keeps to states' {
        (Get-VM -State Running).Count | Should -Be 4
        Get-VM -State ShutOff | Should -BeNullOrEmpty
        (Get-VM -State Paused, Running web3).Name | Should -Be web3
    }

    It 'gives nothing for a wildcard that nothing matches' {
        Get-VM zz* -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'offers the nearest names for an unknown VM, and still lists the others' {
        $found = Get-VM wbe1, db1 -ErrorVariable errors -ErrorAction SilentlyContinue
        $found.Name | Should -Be db1
        Assert-Error $errors[0] VmNotFound wbe1 "no VM 'wbe1'. Did you mean .*'web1'"
    }

    It 'says on which host it looked' {
        Assert-Error (Get-ErrorOf { Get-VM web1 -Host t2 }) VmNotFound web1 'on t2'
    }

    It 'lists the other hosts where one does not answer' {
        Register-VmHost far qemu+tcp://127.0.0.1:1/system -Cluster far -Force | Out-Null
        try {
            $vms = Get-VM -ErrorVariable errors -ErrorAction SilentlyContinue
            $vms.Count | Should -Be 4
            Assert-Error $errors[0] HostUnreachable far 'Connection refused'
        }
        finally {
            Unregister-VmHost far
        }
    }
}

Describe 'Get-VmMigrationPolicy' {
    It 'lists the policies' {
        (Get-VmMigrationPolicy).Name | Should -Be MinimalDowntime, PostCopy, SuspendWorkloadIfNeeded, VeryLarge
        (Get-VmMigrationPolicy *large, p*).Name | Should -Be VeryLarge, PostCopy
    }

    It 'offers the nearest name for an unknown one' {
        Assert-Error (Get-ErrorOf { Get-VmMigrationPolicy VeryLrge }) PolicyNotFound VeryLrge "Did you mean 'VeryLarge'"
    }
}

Describe 'The views at 100 columns' {
    It 'show hosts' {
        $view = Get-VmHost | Get-View
        Assert-View $view 'Name +Cluster +State +libvirt +QEMU +CPUs +Memory +Available +Link'
        $view | Should -Match '(?m)^t1 +west +Up '
    }

    It 'show VMs' {
        $view = Get-VM | Get-View
        Assert-View $view 'Name +Host +State +vCPUs +Memory +Persistent'
        $view | Should -Match '(?m)^web1 +t1 +Running +2 +512 MiB +True'
    }

    It 'show a VM whose name fills its column' {
        New-TestHost t3 east ('a' * 32)
        try {
            Assert-View (Get-VM -Host t3 | Get-View) 'Name +Host'
        }
        finally {
            Unregister-VmHost t3
        }
    }

    It 'show policies' {
        $view = Get-VmMigrationPolicy | Get-View
        Assert-View $view 'Name +At once +Converge +Zero-copy +Downtimes'
        $view | Should -Match '(?m)^SuspendWorkloadIfNeeded +1 +True +False +100\b'
    }
}

Describe 'JSON' {
    It 'takes a host' {
        $back = ConvertTo-AndFromJson (Get-VmHost t1)
        $back.Name | Should -Be t1
        $back.Memory.Bytes | Should -BeGreaterThan 0
    }

    It 'takes a VM' {
        $back = ConvertTo-AndFromJson (Get-VM web1)
        $back.Name | Should -Be web1
        $back.Memory.Bytes | Should -Be 512MB
    }

    It 'takes the policies' {
        $back = ConvertTo-AndFromJson (Get-VmMigrationPolicy)
        $back.Name | Should -Contain VeryLarge
        $back[0].Schedule.Count | Should -BeGreaterThan 3
    }
}
