BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    Use-Lab

    function Get-ClusterBytes { [Convert]::ToHexString([IO.File]::ReadAllBytes($clusterFile)) }
}

AfterAll { $env:VIRTMIGRATION_HOME = $script:homeBefore }

Describe 'Registered hosts' {
    BeforeEach {
        # A cluster of its own for each test.
        $env:VIRTMIGRATION_HOME = Join-Path $TestDrive ([guid]::NewGuid())
        $script:clusterFile = Join-Path $env:VIRTMIGRATION_HOME cluster.json
    }

    Context 'Register-VmHost' {
        It 'keeps a host that answers, and says what it is' {
            $registered = Register-VmHost t1 test:///default -Cluster west
            $registered | Should -BeOfType VirtMigration.Inventory.VmHost
            $registered.State | Should -Be Up
            $registered.Hypervisor | Should -Be TEST
            $again = Get-VmHost t1
            $again.ConnectUri | Should -Be test:///default
            $again.Cluster | Should -Be west
        }

        It 'takes the addresses of both ways, and a link speed with its unit' {
            Register-VmHost h1 qemu+tcp://10.77.0.11/system -PeerUri qemu+tls://h1/system -MigrationAddress 10.78.0.11 -LinkSpeed 25.5Gbps | Out-Null
            $known = Get-VmHost h1
            $known.PeerUri | Should -Be qemu+tls://h1/system
            $known.MigrationAddress | Should -Be 10.78.0.11
            $known.LinkSpeed.BitsPerSecond | Should -Be 25500000000
            $known.State | Should -Be Up
            $known.Uuid | Should -Not -BeNullOrEmpty
        }

        It 'takes hosts from a table in the pipeline' {
            "Name,Uri,Cluster`nt1,test:///default,west" | ConvertFrom-Csv | Register-VmHost | Out-Null
            (Get-VmHost).Name | Should -Be t1
        }

        It 'changes nothing with -WhatIf' {
            $said = Invoke-Shell 'Register-VmHost t1 test:///default -WhatIf'
            $said | Should -Match "Register host 't1' of cluster 'default': test:///default"
            Test-Path $clusterFile | Should -BeFalse
        }

        It 'refuses a name that is taken' {
            Register-VmHost t1 test:///default | Out-Null
            $before = Get-ClusterBytes
            Assert-Error (Get-ErrorOf { Register-VmHost T1 qemu+tcp://10.77.0.11/system }) HostAlreadyRegistered T1 'registered already'
            Get-ClusterBytes | Should -Be $before
        }

        It 'replaces one with -Force' {
            Register-VmHost t1 test:///default -Cluster west | Out-Null
            Register-VmHost t1 test:///default -Cluster east -Force | Out-Null
            (Get-VmHost).Cluster | Should -Be east
        }

        It 'refuses the same address under another name, also with -Force' {
            Register-VmHost h1 qemu+tcp://10.77.0.11/system | Out-Null
            $record = Get-ErrorOf { Register-VmHost other qemu+tcp://10.77.0.11/system }
            Assert-Error $record ($record.FullyQualifiedErrorId -match '^HostU' ? ($record.FullyQualifiedErrorId -split ',')[0] : 'HostUuidTaken') other "host 'h1'"
            Assert-Error (Get-ErrorOf { Register-VmHost other qemu+tcp://10.77.0.11/system -Force }) HostUriTaken other "host 'h1'"
            (Get-VmHost).Name | Should -Be h1
        }

        It 'refuses the same host, known by its UUID, at another address' {
            Register-VmHost h1 qemu+tcp://10.77.0.11/system | Out-Null
            Assert-Error (Get-ErrorOf { Register-VmHost twin qemu+tcp://10.77.0.11:16509/system }) HostUuidTaken twin "the host 'h1'.*6c616200-0000-4000-8000-000000000011"
            (Get-VmHost).Name | Should -Be h1
        }

        It 'refuses the malformed URI "<Uri>"' -ForEach @{ Uri = 'h1' }, @{ Uri = 'qemu:/system' }, @{ Uri = '/var/run/libvirt' }, @{ Uri = 'qemu+tcp://a b/system' } {
            Assert-Error (Get-ErrorOf { Register-VmHost h1 $Uri }) HostUriInvalid h1 ([regex]::Escape("'$Uri'"))
            Test-Path $clusterFile | Should -BeFalse
        }

        It 'refuses rdma://, with the reason' {
            Assert-Error (Get-ErrorOf { Register-VmHost h1 rdma://h1/system }) HostUriInvalid h1 'RDMA'
            Assert-Error (Get-ErrorOf { Register-VmHost h1 test:///default -PeerUri rdma://h1 }) HostUriInvalid h1 'RDMA'
            Test-Path $clusterFile | Should -BeFalse
        }

        It 'refuses the name "<_>"' -ForEach 'h 1', 'h*', 'a/b' {
            Assert-Error (Get-ErrorOf { Register-VmHost $_ test:///default }) HostNameInvalid $_ 'cannot be a host''s name'
        }

        It 'asks how others reach a host whose URI names none' {
            Assert-Error (Get-ErrorOf { Register-VmHost local qemu:///system }) PeerUriNeeded local 'no host in it'
        }

        It 'refuses a host that does not answer: <Why>' -ForEach @(
            @{ Why = 'nothing is at the address'; Uri = 'qemu+tcp://10.77.0.99/system'; Id = 'HostUnreachable|HostTimeout'; Says = '10\.77\.0\.99' }
            @{ Why = 'nothing listens'; Uri = 'qemu+tcp://127.0.0.1:1/system'; Id = 'HostUnreachable'; Says = 'Connection refused' }
        ) {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $record = Get-ErrorOf { Register-VmHost far $Uri }
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 20 -Because 'waiting for a host is bounded'
            ($record.FullyQualifiedErrorId -split ',')[0] | Should -Match "^($Id)$"
            "$($record.TargetObject)" | Should -Be far
            "$record" | Should -Match $Says
            $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            Test-Path $clusterFile | Should -BeFalse
        }

        It 'takes one that does not answer with -Force, and lists it with the reason' {
            $far = Register-VmHost far qemu+tcp://127.0.0.1:1/system -Force
            $far.State | Should -Be Unreachable
            $far.Reason | Should -Match 'Connection refused'
            Register-VmHost t1 test:///default | Out-Null
            $all = Get-VmHost
            $all.Name | Should -Be far, t1
            $all.State | Should -Be Unreachable, Up
        }

        It 'refuses -LinkSpeed <_>: a number has no unit' -ForEach 10000, 100MB, 2.5 {
            $speed = $_
            Assert-BindingError { Register-VmHost t1 test:///default -LinkSpeed $speed } 'bare number'
        }

        It 'refuses -LinkSpeed "<_>"' -ForEach '10000', 'fast', '100MB', '-1Gbps' {
            $speed = $_
            Assert-BindingError { Register-VmHost t1 test:///default -LinkSpeed $speed } ([regex]::Escape($speed))
        }
    }

    Context 'Unregister-VmHost' {
        BeforeEach { Register-VmHost t1 test:///default | Out-Null }

        It 'forgets a host' {
            Unregister-VmHost t1
            Get-VmHost -ErrorAction Ignore | Should -BeNullOrEmpty
        }

        It 'changes nothing with -WhatIf' {
            $before = Get-ClusterBytes
            Invoke-Shell 'Unregister-VmHost t1 -WhatIf' | Should -Match "Forget host 't1'"
            Get-ClusterBytes | Should -Be $before
        }

        It 'offers the nearest name for one that is not known' {
            Assert-Error (Get-ErrorOf { Unregister-VmHost t2 }) HostNotFound t2 "Did you mean 't1'"
        }

        It 'takes what Get-VmHost lists' {
            Get-VmHost | Unregister-VmHost
            (Get-Content $clusterFile -Raw | ConvertFrom-Json).hosts | Should -BeNullOrEmpty
        }
    }

    Context 'Get-VmHost' {
        BeforeEach { Register-VmHost web1 test:///default -Cluster west | Out-Null }

        It 'finds by wildcard and cluster' {
            (Get-VmHost w*).Name | Should -Be web1
            (Get-VmHost -Cluster WEST).Name | Should -Be web1
            Get-VmHost x* | Should -BeNullOrEmpty
        }

        It 'offers the nearest names for an unknown host or cluster' {
            Assert-Error (Get-ErrorOf { Get-VmHost wbe1 }) HostNotFound wbe1 "no host 'wbe1'. Did you mean 'web1'"
            Assert-Error (Get-ErrorOf { Get-VmHost -Cluster wets }) ClusterNotFound wets "Did you mean 'west'"
            Assert-Error (Get-ErrorOf { Get-VM -Host wbe1 }) HostNotFound wbe1 "Did you mean 'web1'"
        }

        It 'says so where no host is registered at all' {
            Unregister-VmHost web1
            $record = Get-ErrorOf { Get-VM }
            ($record.FullyQualifiedErrorId -split ',')[0] | Should -Be NoHosts
            $record.ErrorDetails.RecommendedAction | Should -Match 'Register-VmHost'
        }
    }

    Context 'A corrupt cluster file: <What>' -ForEach @(
        @{ What = 'no JSON'; Text = "{ `"schemaVersion`": 1, `"hosts`": [ { `"name`": `"h1`"," }
        @{ What = 'empty'; Text = '' }
        @{ What = 'a host without an address'; Text = '{ "schemaVersion": 1, "hosts": [ { "name": "h1", "cluster": "c" } ] }' }
        @{ What = 'a link speed without its unit'; Text = '{ "schemaVersion": 1, "hosts": [ { "name": "h1", "cluster": "c", "connectUri": "test:///default", "peerUri": "test:///default", "linkSpeed": 1000 } ] }' }
        @{ What = 'another kind of JSON'; Text = '[ 1, 2 ]' }
    ) {
        BeforeEach {
            New-Item $env:VIRTMIGRATION_HOME -ItemType Directory | Out-Null
            [IO.File]::WriteAllText($clusterFile, $Text)
            $script:before = Get-ClusterBytes
        }

        It 'is an error of <_>, and stays as it is' -ForEach 'Get-VmHost', 'Get-VM', 'Register-VmHost t1 test:///default', 'Register-VmHost t1 test:///default -Force',
            'Unregister-VmHost h1', 'Get-VmMigration', 'Start-VmLiveMigration x -Confirm:$false' {
            $command = [scriptblock]::Create($_)
            Assert-Error (Get-ErrorOf $command) ClusterFileCorrupt $clusterFile 'cannot be understood'
            Get-ClusterBytes | Should -Be $before
        }

        It 'has a copy put aside' {
            Get-ErrorOf { Get-VmHost } | Should -Not -BeNullOrEmpty
            $copies = @(Get-ChildItem "$clusterFile.corrupt-*")
            $copies.Count | Should -Be 1
            [Convert]::ToHexString([IO.File]::ReadAllBytes($copies[0])) | Should -Be $before
        }
    }

    Context 'A cluster file of a newer version' {
        It 'is left alone' {
            New-Item $env:VIRTMIGRATION_HOME -ItemType Directory | Out-Null
            '{ "schemaVersion": 999, "hosts": [] }' | Set-Content $clusterFile
            $before = Get-ClusterBytes
            Assert-Error (Get-ErrorOf { Register-VmHost t1 test:///default }) ClusterFileTooNew $clusterFile '999'
            Get-ClusterBytes | Should -Be $before
        }
    }
}
