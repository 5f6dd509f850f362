BeforeDiscovery {
    # Which value each option takes, and what it is without one.
    $clusterOptions = @(
        @{ Option = 'Policy'; Value = 'VeryLarge'; Default = 'MinimalDowntime' }
        @{ Option = 'ParallelConnections'; Value = 'Auto'; Default = 'Disabled' }
        @{ Option = 'MaxParallelConnections'; Value = '8'; Default = '16' }
        @{ Option = 'ParallelAllowed'; Value = 'False'; Default = 'True' }
        @{ Option = 'MigrationBandwidth'; Value = '8 Gbps'; Default = 'Link' }
        @{ Option = 'SwitchoverBandwidth'; Value = 'Link'; Default = 'None' }
        @{ Option = 'Encryption'; Value = 'True'; Default = 'False' }
        @{ Option = 'GuestNotice'; Value = 'channel:org.example.notice.0'; Default = 'Disabled' }
        @{ Option = 'MaxConcurrent'; Value = '3'; Default = '' }
        @{ Option = 'MigrationNetwork'; Value = '10.78.0.0/24'; Default = '' }
        @{ Option = 'PassthroughCountsAsPinned'; Value = 'False'; Default = 'True' }
    )
    $vmOptions = @(
        @{ Option = 'Policy'; Value = 'VeryLarge'; Stored = 'policy="VeryLarge"' }
        @{ Option = 'ParallelConnections'; Value = '4'; Stored = 'parallelConnections="4"' }
        @{ Option = 'MaxParallelConnections'; Value = '8'; Stored = 'maxParallelConnections="8"' }
        @{ Option = 'MigrationBandwidth'; Value = '8 Gbps'; Stored = 'migrationBandwidth="8000000000bps"' }
        @{ Option = 'SwitchoverBandwidth'; Value = 'Link'; Stored = 'switchoverBandwidth="Link"' }
        @{ Option = 'Encryption'; Value = 'True'; Stored = 'encryption="yes"' }
        @{ Option = 'MaxDowntime'; Value = '700 ms'; Stored = 'maxDowntime="700ms"' }
        @{ Option = 'RemapPins'; Value = 'True'; Stored = 'remapPins="yes"' }
        @{ Option = 'GuestNotice'; Value = 'agent:notify'; Stored = 'guestNotice="agent:notify"' }
        @{ Option = 'MigrationMode'; Value = 'ManualOnly'; Stored = 'migrationMode="ManualOnly"' }
        @{ Option = 'MigrationPriority'; Value = 'High'; Stored = 'migrationPriority="High"' }
    )
    # Those that no other word than the VM's counts for.
    $ownOptions = @(
        @{ Option = 'HighPerformance'; Value = 'True'; Stored = 'highPerformance="yes"' }
        @{ Option = 'AssignedHosts'; Value = 'h1,h2'; Stored = 'assignedHosts="h1,h2"' }
        @{ Option = 'ExcludedHosts'; Value = 'h2'; Stored = 'excludedHosts="h2"' }
        @{ Option = 'PreferredHosts'; Value = 'h1,h2'; Stored = 'preferredHosts="h1,h2"' }
        @{ Option = 'AvoidedHosts'; Value = 'h2'; Stored = 'avoidedHosts="h2"' }
    )
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    Use-Lab
    New-Guest doc-o1, doc-o2
    New-ShutOffGuest doc-off

    function Get-ClusterBytes { [Convert]::ToHexString([IO.File]::ReadAllBytes((Join-Path $env:VIRTMIGRATION_HOME cluster.json))) }

    function Get-Attributes($Element) { if ($Element) { ($Element.Attributes | Where-Object Name -NotLike 'xmlns*' | ForEach-Object { "$($_.Name)=`"$($_.Value)`"" }) -join ' ' } }

    # Guests state nothing before and after each test.
    function Clear-Options { Set-VmMigrationOption doc-o1, doc-o2, doc-off -Clear -WarningAction Ignore }

    # A host that does not answer, and says so at once.
    function Register-SilentHost([string] $Cluster) { Register-VmHost far qemu+tcp://127.0.0.1:1/system -Cluster $Cluster -Force | Out-Null }

    function Get-Completion([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText }
}

AfterAll {
    Remove-Guest doc-o1, doc-o2, doc-off
    $env:VIRTMIGRATION_HOME = $script:homeBefore
}

Describe 'Migration options' {
    BeforeEach { Use-OwnCluster (Join-Path $TestDrive ([guid]::NewGuid())) }

    Context 'Of a cluster' {
        It 'are the defaults where it states nothing' {
            $options = Get-ClusterMigrationOption lab
            $options | Should -BeOfType VirtMigration.Options.ClusterMigrationOption
            $options.Stated | Should -BeNullOrEmpty
            $options.ParallelConnections.Value | Should -Be Disabled
            $options.MigrationBandwidth.Value | Should -Be Link
            $options.MaxConcurrent | Should -BeNullOrEmpty
        }

        It 'take <Option> <Value>, and Default takes it back' -ForEach $clusterOptions {
            $typed = @{ Cluster = 'LAB'; $Option = $Value }
            $changed = Set-ClusterMigrationOption @typed -PassThru
            "$($changed.$Option)" | Should -Be $Value
            $changed.Stated | Should -Be $Option
            $changed.Cluster | Should -Be lab
            "$((Get-ClusterMigrationOption lab).$Option)" | Should -Be $Value
            $typed.$Option = 'Default'
            Set-ClusterMigrationOption @typed | Should -BeNullOrEmpty -Because 'only -PassThru writes'
            "$((Get-ClusterMigrationOption lab).$Option)" | Should -Be $Default
            (Get-ClusterMigrationOption lab).Stated | Should -BeNullOrEmpty
        }

        It 'are also taken back by the word that stands for none' {
            Set-ClusterMigrationOption lab -MaxConcurrent 2 -MigrationNetwork 10.78.0.0/24
            Set-ClusterMigrationOption lab -MaxConcurrent Policy -MigrationNetwork None
            (Get-ClusterMigrationOption lab).Stated | Should -BeNullOrEmpty
        }

        It 'stay where nothing is typed' {
            Set-ClusterMigrationOption lab -Encryption $true -MaxConcurrent 2
            Set-ClusterMigrationOption lab -ParallelConnections 4
            (Get-ClusterMigrationOption lab).Stated | Should -Be ParallelConnections, Encryption, MaxConcurrent
        }

        It 'show before and after with -WhatIf, and change nothing' {
            Set-ClusterMigrationOption lab -Encryption $true
            $before = Get-ClusterBytes
            $said = Invoke-Shell 'Set-ClusterMigrationOption lab -Policy VeryLarge -Encryption Default -WhatIf; Set-ClusterMigrationOption lab -Encryption $true -WhatIf'
            $said | Should -Match "Migration options of cluster 'lab': Policy Default -> VeryLarge, Encryption True -> Default"
            $said | Should -Match "cluster 'lab': nothing changes"
            Get-ClusterBytes | Should -Be $before
        }

        It 'leave alone what this version does not know' {
            $file = Join-Path $env:VIRTMIGRATION_HOME cluster.json
            $state = Get-Content $file -Raw | ConvertFrom-Json
            $state | Add-Member clusters @(@{ cluster = 'lab'; encryption = $true; moonPhase = 'full' }, @{ cluster = 'other'; maxConcurrent = 7 })
            $state | Add-Member weather @{ tomorrow = '2026-11-21T00:00:00Z' }
            $state | ConvertTo-Json -Depth 5 | Set-Content $file
            Set-ClusterMigrationOption lab -Encryption Default -MaxConcurrent 1
            $text = Get-Content $file -Raw
            $after = $text | ConvertFrom-Json
            ($after.clusters | Where-Object cluster -EQ lab).moonPhase | Should -Be full
            ($after.clusters | Where-Object cluster -EQ lab).PSObject.Properties.Name | Should -Not -Contain encryption
            ($after.clusters | Where-Object cluster -EQ other).maxConcurrent | Should -Be 7
            $text | Should -Match ([regex]::Escape('"2026-11-21T00:00:00Z"'))
        }

        It 'are listed by wildcard, and go from one cluster to another' {
            Register-VmHost t1 test:///default -Cluster west | Out-Null
            Set-ClusterMigrationOption lab -Encryption $true -MigrationBandwidth 8Gbps
            (Get-ClusterMigrationOption).Cluster | Should -Be lab, west
            (Get-ClusterMigrationOption w*).Cluster | Should -Be west
            Get-ClusterMigrationOption zz* -ErrorAction Stop | Should -BeNullOrEmpty
            Get-ClusterMigrationOption lab | Set-ClusterMigrationOption -Cluster west
            $west = Get-ClusterMigrationOption west
            $west.Encryption | Should -BeTrue
            $west.MigrationBandwidth.Value | Should -Be '8 Gbps'
            $west.MaxConcurrent | Should -BeNullOrEmpty
        }

        It 'offer the nearest names for an unknown cluster or policy' {
            Assert-Error (Get-ErrorOf { Get-ClusterMigrationOption lba }) ClusterNotFound lba "no cluster 'lba'. Did you mean 'lab'"
            Assert-Error (Get-ErrorOf { Set-ClusterMigrationOption lba -Encryption $true }) ClusterNotFound lba "Did you mean 'lab'"
            Assert-Error (Get-ErrorOf { Set-ClusterMigrationOption lab -Policy VeryLrge }) PolicyNotFound VeryLrge "Did you mean 'VeryLarge'"
            (Get-ClusterMigrationOption lab).Stated | Should -BeNullOrEmpty
        }

        It 'keep memory to a network that every host is in' {
            Assert-Error (Get-ErrorOf { Set-ClusterMigrationOption lab -MigrationNetwork 10.99.0.0/24 }) MigrationAddressOutsideNetwork lab 'h1 \(10.78.0.11\), h2 \(10.78.0.12\)'
            Register-SilentHost lab
            Assert-Error (Get-ErrorOf { Set-ClusterMigrationOption lab -MigrationNetwork 10.78.0.0/24 }) MigrationAddressOutsideNetwork lab 'far \(none\)'
        }

        It 'refuse -<Option> <Value>' -ForEach @(
            @{ Option = 'ParallelConnections'; Value = '1'; Id = 'ParallelConnectionsInvalid'; Says = 'one connection is not parallel' }
            @{ Option = 'ParallelConnections'; Value = '0'; Id = 'ParallelConnectionsInvalid'; Says = '2 to 255' }
            @{ Option = 'ParallelConnections'; Value = '-1'; Id = 'ParallelConnectionsInvalid'; Says = '2 to 255' }
            @{ Option = 'ParallelConnections'; Value = '256'; Id = 'ParallelConnectionsInvalid'; Says = '2 to 255' }
            @{ Option = 'ParallelConnections'; Value = 'many'; Id = 'ParallelConnectionsInvalid'; Says = "'many'" }
            @{ Option = 'MaxParallelConnections'; Value = '1'; Id = 'ParallelConnectionsInvalid'; Says = '2 to 255' }
            @{ Option = 'MaxParallelConnections'; Value = '256'; Id = 'ParallelConnectionsInvalid'; Says = '2 to 255' }
            @{ Option = 'MaxParallelConnections'; Value = 'all'; Id = 'OptionInvalid'; Says = 'whole number' }
            @{ Option = 'ParallelAllowed'; Value = 'maybe'; Id = 'OptionInvalid'; Says = 'neither true nor false' }
            @{ Option = 'MigrationBandwidth'; Value = '10G'; Id = 'BandwidthInvalid'; Says = "'10G'" }
            @{ Option = 'MigrationBandwidth'; Value = 100MB; Id = 'BandwidthInvalid'; Says = "'104857600'" }
            @{ Option = 'MigrationBandwidth'; Value = 'None'; Id = 'BandwidthInvalid'; Says = 'nothing could be sent' }
            @{ Option = 'MigrationBandwidth'; Value = '1Mbps'; Id = 'BandwidthTooSmall'; Says = '1 MiB/s' }
            @{ Option = 'SwitchoverBandwidth'; Value = '10G'; Id = 'BandwidthInvalid'; Says = "'10G'" }
            @{ Option = 'SwitchoverBandwidth'; Value = 100; Id = 'BandwidthInvalid'; Says = "'100'" }
            @{ Option = 'SwitchoverBandwidth'; Value = 'unlimited'; Id = 'BandwidthInvalid'; Says = 'cannot be unlimited' }
            @{ Option = 'SwitchoverBandwidth'; Value = '1Mbps'; Id = 'BandwidthTooSmall'; Says = 'switchover bandwidth of 1 Mbps' }
            @{ Option = 'Encryption'; Value = 'perhaps'; Id = 'OptionInvalid'; Says = 'neither true nor false' }
            @{ Option = 'MaxConcurrent'; Value = '0'; Id = 'ConcurrencyInvalid'; Says = 'is none' }
            @{ Option = 'MigrationNetwork'; Value = '10.78.0.1'; Id = 'MigrationNetworkInvalid'; Says = 'not a network' }
        ) {
            $typed = @{ Cluster = 'lab'; $Option = $Value }
            $record = Get-ErrorOf { Set-ClusterMigrationOption @typed }
            ($record.FullyQualifiedErrorId -split ',')[0] | Should -Be $Id
            "$record" | Should -Match $Says
            $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            (Get-ClusterMigrationOption lab).Stated | Should -BeNullOrEmpty
        }

        It 'that cannot be had together are refused' {
            Assert-Error (Get-ErrorOf { Set-ClusterMigrationOption lab -ParallelAllowed $false -ParallelConnections Parallel }) ParallelForbidden lab 'forbids parallel migration'
            Assert-Error (Get-ErrorOf { Set-ClusterMigrationOption lab -Policy PostCopy -ParallelConnections 4 }) OptionConflict lab 'the cluster itself.*exclude post-copy'
            Assert-Error (Get-ErrorOf { Set-ClusterMigrationOption lab -Policy VeryLarge -ParallelAllowed $false }) OptionConflict lab 'the cluster itself.*needs parallel migration'
            (Get-ClusterMigrationOption lab).Stated | Should -BeNullOrEmpty
            Set-ClusterMigrationOption lab -Policy PostCopy -ParallelConnections Auto
            (Get-ClusterMigrationOption lab).Stated | Should -Be Policy, ParallelConnections -Because 'Auto gives way'
        }
    }

    Context 'Of a VM' {
        AfterEach { Clear-Options }

        It 'take <Option> <Value>, live and in the definition, and ClusterValue takes it back' -ForEach $vmOptions {
            $typed = @{ VM = 'doc-o1'; $Option = $Value }
            $changed = Set-VmMigrationOption @typed -PassThru
            $changed | Should -BeOfType VirtMigration.Options.VmMigrationOption
            $changed.$Option | Should -Be $Value
            $own = $changed.Effective | Where-Object Setting -EQ $Option
            $own.Value | Should -Be $Value
            $own.Origin | Should -Be Vm
            Get-Attributes (Get-StoredOptions doc-o1) | Should -Be "version=`"1`" $Stored"
            Get-Attributes (Get-StoredOptions doc-o1 -Inactive) | Should -Be "version=`"1`" $Stored"
            $typed.$Option = 'ClusterValue'
            Set-VmMigrationOption @typed | Should -BeNullOrEmpty
            (Get-VmMigrationOption doc-o1).$Option | Should -Be ClusterValue
            Get-StoredOptions doc-o1 | Should -BeNullOrEmpty
            Get-StoredOptions doc-o1 -Inactive | Should -BeNullOrEmpty
        }

        It 'are nothing where it states nothing: the cluster''s count, and the policy''s downtime' {
            Set-ClusterMigrationOption lab -Policy VeryLarge -Encryption $true
            $options = Get-VmMigrationOption doc-o1
            $options.Policy, $options.Encryption, $options.MaxDowntime | Should -Be (@('ClusterValue') * 3)
            $options.Effective.ForEach{ "$($_.Setting) $($_.Value) $($_.Origin)" } | Should -Be 'Policy VeryLarge Cluster', 'ParallelConnections Disabled Default',
                'MaxParallelConnections 16 Default', 'MigrationBandwidth Link Default', 'SwitchoverBandwidth None Default', 'Encryption True Cluster', 'MaxDowntime 300 ms Policy',
                'RemapPins False Default', 'GuestNotice Disabled Default', 'MigrationMode ManualAndAutomatic Default', 'MigrationPriority Medium Default'
        }

        It 'come down the pipeline, from Get-VM and by property name' {
            Get-VM doc-o* -Host h1 | Set-VmMigrationOption -ParallelConnections 2 -MaxDowntime '1.5s'
            (Get-VM doc-o1, doc-o2, doc-off | Get-VmMigrationOption).MaxDowntime | Should -Be '1500 ms', '1500 ms', '1500 ms'
            Get-VM doc-o2, doc-off | Set-VmMigrationOption -Clear
            # All that one states, the ClusterValue of the rest included.
            Get-VmMigrationOption doc-o1 | Set-VmMigrationOption -VM doc-o2
            Get-Attributes (Get-StoredOptions doc-o2) | Should -Be 'version="1" parallelConnections="2" maxDowntime="1500ms"'
            'VM,Policy,Encryption', 'doc-o1,VeryLarge,true', 'doc-o2,ClusterValue,ClusterValue' | ConvertFrom-Csv | Set-VmMigrationOption -Clear
            Get-Attributes (Get-StoredOptions doc-o1) | Should -Be 'version="1" policy="VeryLarge" encryption="yes"'
            Get-StoredOptions doc-o2 | Should -BeNullOrEmpty
        }

        It 'are written so that they can be typed again: a rate loses nothing on its way' {
            Set-VmMigrationOption doc-o1 -MigrationBandwidth 100MiB/s -SwitchoverBandwidth 8388609bps
            Get-VmMigrationOption doc-o1 | Set-VmMigrationOption -VM doc-o2
            Get-Attributes (Get-StoredOptions doc-o2) | Should -Be 'version="1" migrationBandwidth="838860800bps" switchoverBandwidth="8388609bps"'
        }

        It 'are kept in its definition where it does not run' {
            Set-VmMigrationOption doc-off -Policy VeryLarge
            Get-Attributes (Get-StoredOptions doc-off) | Should -Be 'version="1" policy="VeryLarge"'
            (Get-VmMigrationOption doc-off).Policy | Should -Be VeryLarge
        }

        It 'are taken back all at once with -Clear, before the rest is set' {
            Set-VmMigrationOption doc-o1 -Policy VeryLarge -Encryption $true -MaxDowntime '2s'
            $said = Invoke-Shell 'Set-VmMigrationOption doc-o1 -Clear -Encryption $false -WhatIf'
            $said | Should -Match "Migration options of VM 'doc-o1': Policy VeryLarge -> ClusterValue, Encryption True -> False, MaxDowntime 2 s -> ClusterValue"
            (Get-VmMigrationOption doc-o1).Policy | Should -Be VeryLarge
            Set-VmMigrationOption doc-o1 -Clear -Encryption $false
            Get-Attributes (Get-StoredOptions doc-o1) | Should -Be 'version="1" encryption="no"'
        }

        It 'leave other metadata alone' {
            Invoke-Virsh h1 metadata doc-o1 urn:notes --key notes --set '<notes owner="anna"/>' --live --config | Out-Null
            Set-VmMigrationOption doc-o1 -Encryption $true
            Set-VmMigrationOption doc-o1 -Clear
            foreach ($place in '--live', '--config') {
                Invoke-Virsh h1 metadata doc-o1 urn:notes $place | Out-String | Should -Match 'owner="anna"'
            }
        }

        It 'of a newer version are reported, count as nothing, and are not overwritten' {
            Invoke-Virsh h1 metadata doc-o1 https://virtmigration.github.io/xmlns/options/1 --key vm-options --set '<options version="2" policy="VeryLarge"/>' --live --config | Out-Null
            try {
                $options = Get-VmMigrationOption doc-o1 -WarningVariable warnings -WarningAction SilentlyContinue
                $options.Problem | Should -Match 'newer version \(2; this one knows 1\)'
                $warnings | Should -Match "VM 'doc-o1': .*newer version"
                $options.Policy | Should -Be ClusterValue
                foreach ($change in { Set-VmMigrationOption doc-o1 -Encryption $true }, { Set-VmMigrationOption doc-o1 -Clear }, { Set-VmMigrationOption doc-o1 -Clear -WhatIf }) {
                    Assert-Error (Get-ErrorOf $change) VmOptionsTooNew doc-o1 'newer version'
                }
                Get-Attributes (Get-StoredOptions doc-o1) | Should -Be 'version="2" policy="VeryLarge"'
                $plan = Get-VmMigrationPlan doc-o1 -Destination h2 -WarningVariable said -WarningAction SilentlyContinue
                $plan.Policy | Should -Be MinimalDowntime
                $said | Should -Match 'left aside: .*newer version'
            }
            finally {
                Invoke-Virsh h1 metadata doc-o1 https://virtmigration.github.io/xmlns/options/1 --remove --live --config | Out-Null
            }
        }

        It 'refuse -<Option> <Value>' -ForEach @(
            @{ Option = 'ParallelConnections'; Value = 1; Id = 'ParallelConnectionsInvalid'; Says = 'one connection is not parallel' }
            @{ Option = 'ParallelConnections'; Value = 256; Id = 'ParallelConnectionsInvalid'; Says = '2 to 255' }
            @{ Option = 'MaxParallelConnections'; Value = 1; Id = 'ParallelConnectionsInvalid'; Says = '2 to 255' }
            @{ Option = 'MigrationBandwidth'; Value = '10G'; Id = 'BandwidthInvalid'; Says = "'10G'" }
            @{ Option = 'SwitchoverBandwidth'; Value = 104857600; Id = 'BandwidthInvalid'; Says = "'104857600'" }
            @{ Option = 'Encryption'; Value = 'perhaps'; Id = 'OptionInvalid'; Says = 'neither true nor false' }
            @{ Option = 'MaxDowntime'; Value = '1h'; Id = 'DowntimeOutOfRange'; Says = '2000 s' }
            @{ Option = 'Policy'; Value = 'VeryLrge'; Id = 'PolicyNotFound'; Says = "'VeryLarge'" }
        ) {
            $typed = @{ VM = 'doc-o1'; $Option = $Value }
            $record = Get-ErrorOf { Set-VmMigrationOption @typed }
            ($record.FullyQualifiedErrorId -split ',')[0] | Should -Be $Id
            "$record" | Should -Match $Says
            $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            Get-StoredOptions doc-o1 | Should -BeNullOrEmpty
        }

        It 'refuse a -MaxDowntime without its unit: <_>' -ForEach 500, 0.5 {
            $value = $_
            Assert-BindingError { Set-VmMigrationOption doc-o1 -MaxDowntime $value } 'bare number.*500ms'
        }

        It 'give an error for the one that is not there, and go on' {
            $changed = 'doc-none', 'doc-o1' | Set-VmMigrationOption -Encryption $true -PassThru -ErrorVariable errors -ErrorAction SilentlyContinue
            Assert-Error $errors[0] VmNotFound doc-none "no VM 'doc-none'"
            $changed.VM | Should -Be doc-o1
        }
    }

    Context 'That say who may migrate a VM, and where to' {
        AfterEach { Clear-Options }

        It 'take <Option> <Value>, live and in the definition, and ClusterValue takes it back' -ForEach $ownOptions {
            $typed = @{ VM = 'doc-o1'; $Option = $Option -like '*Hosts' ? $Value -split ',' : $Value; WarningAction = 'Ignore' }
            (Set-VmMigrationOption @typed -PassThru).$Option | Should -Be $Value
            Get-Attributes (Get-StoredOptions doc-o1) | Should -Be "version=`"1`" $Stored"
            Get-Attributes (Get-StoredOptions doc-o1 -Inactive) | Should -Be "version=`"1`" $Stored"
            $typed.$Option = 'ClusterValue'
            Set-VmMigrationOption @typed | Should -BeNullOrEmpty
            Get-StoredOptions doc-o1 | Should -BeNullOrEmpty
        }

        It 'come down the pipeline by property name, and from CSV' {
            Set-VmMigrationOption doc-o1 -MigrationMode ManualOnly -AssignedHosts h2, h1 -PreferredHosts h2 -RemapPins $true -HighPerformance $true -WarningAction Ignore
            Get-VmMigrationOption doc-o1 | Set-VmMigrationOption -VM doc-o2 -WarningAction Ignore
            Get-Attributes (Get-StoredOptions doc-o2) | Should -Be 'version="1" remapPins="yes" migrationMode="ManualOnly" highPerformance="yes" assignedHosts="h1,h2" preferredHosts="h2"'
            "VM,MigrationMode,AssignedHosts`ndoc-o2,,`"h1, h2`"" | ConvertFrom-Csv | Set-VmMigrationOption -Clear -WarningAction Ignore
            Get-Attributes (Get-StoredOptions doc-o2) | Should -Be 'version="1" assignedHosts="h1,h2"'
            Get-VmMigrationOption doc-off | Set-VmMigrationOption -VM doc-o2
            Get-StoredOptions doc-o2 | Should -BeNullOrEmpty
        }

        It 'show what makes a VM a pinned one, and warn when it is to be migrated without being asked for' {
            $pinned = { (Get-VmMigrationOption doc-o1).Effective | Where-Object Setting -EQ MigrationMode | ForEach-Object { "$($_.Value) $($_.Origin)" } }
            & $pinned | Should -Be 'ManualAndAutomatic Default'
            Set-VmMigrationOption doc-o1 -MigrationMode ManualAndAutomatic -WarningVariable none
            $none | Should -BeNullOrEmpty
            Clear-Options
            Invoke-Virsh h1 vcpupin doc-o1 0 0 --live --config | Out-Null
            & $pinned | Should -Be 'ManualOnly Default'
            $options = Get-VmMigrationOption doc-o1
            , $options.PinnedBy | Should -BeOfType ([string[]])
            $options.PinnedBy | Should -Be 'vCPU 0 is pinned'
            $view = $options | Get-View
            $view | Should -Match 'MigrationMode +: ClusterValue \(ManualOnly, Default\)'
            $view | Should -Match 'PinnedBy +: vCPU 0 is pinned'
            (ConvertTo-AndFromJson $options).PinnedBy | Should -Be 'vCPU 0 is pinned'
            Invoke-Shell 'Set-VmMigrationOption doc-o1 -MigrationMode ManualAndAutomatic -WhatIf' | Should -Match "WARNING: VM 'doc-o1': vCPU 0 is pinned; with ManualAndAutomatic"
            Set-VmMigrationOption doc-o1 -MigrationMode manualandautomatic -WarningVariable said -WarningAction SilentlyContinue
            $said | Should -Match 'vCPU 0 is pinned'
            & $pinned | Should -Be 'ManualAndAutomatic Vm'
        }

        It 'keep a VM that is NotMigratable where it is, whoever asks, and say the way out' {
            Set-VmMigrationOption doc-o1 -MigrationMode NotMigratable
            foreach ($ask in { Get-VmMigrationPlan doc-o1 }, { Get-VmMigrationPlan doc-o1 -Destination h2 }, { Start-VmLiveMigration doc-o1 -Destination h2 }) {
                Assert-Error (Get-ErrorOf $ask) VmNotMigratable doc-o1 'may not be migrated: its MigrationMode is NotMigratable \(it states so\)'
            }
            $report = Test-MigrationDestination doc-o1 h2
            $report.Eligible | Should -BeFalse
            ($report.Findings | Where-Object Severity -EQ Blocker).Id | Should -Be VmNotMigratable
            (Get-Whereabouts doc-o1).h1 | Should -Be running
        }

        It 'keep a VM to its assigned hosts, and check each of them when they are set' {
            Set-VmMigrationOption doc-o2 -AssignedHosts h1, h2 -WarningVariable none
            $none | Should -BeNullOrEmpty
            Set-VmMigrationOption doc-o2 -AssignedHosts h1 -WarningVariable said -WarningAction SilentlyContinue
            $said | Should -Match "VM 'doc-o2' has no assigned host but h1, where it is: it can go nowhere then\."
            $report = Test-MigrationDestination doc-o2 h2
            ($report.Findings | Where-Object Severity -EQ Blocker).Id | Should -Be HostNotAssigned
            Assert-Error (Get-ErrorOf { Get-VmMigrationPlan doc-o2 -Destination h2 }) DestinationUnfit doc-o2 "needs one of the VM's assigned hosts \(h1\)"
            Set-VmMigrationOption doc-o2 -AssignedHosts h2 -WarningVariable said -WarningAction SilentlyContinue
            "$said" | Should -Match 'is on h1, which is none of its assigned hosts \(h2\)'
            Register-SilentHost lab
            $said = Invoke-Shell 'Set-VmMigrationOption doc-o2 -AssignedHosts h1, far -WhatIf'
            $said | Should -Match "could not go to its assigned host far now: needs a host that answers"
            Set-VmMigrationOption doc-o2 -AssignedHosts ClusterValue -ExcludedHosts h2
            ((Test-MigrationDestination doc-o2 h2).Findings | Where-Object Severity -EQ Blocker).Id | Should -Be HostExcluded
        }

        It 'refuse -<Option> <Value>' -ForEach @(
            @{ Option = 'MigrationMode'; Value = 'Sometimes'; Id = 'OptionInvalid'; Says = "'Sometimes' cannot be MigrationMode" }
            @{ Option = 'MigrationMode'; Value = 2; Id = 'OptionInvalid'; Says = 'no such mode' }
            @{ Option = 'MigrationPriority'; Value = 'Urgent'; Id = 'OptionInvalid'; Says = 'no such priority' }
            @{ Option = 'HighPerformance'; Value = 'very'; Id = 'OptionInvalid'; Says = 'neither true nor false' }
            @{ Option = 'GuestNotice'; Value = 'on'; Id = 'GuestNoticeInvalid'; Says = "'on' is no way to tell a guest" }
            @{ Option = 'GuestNotice'; Value = 'agent:guest-exec'; Id = 'GuestNoticeInvalid'; Says = 'guest-exec runs programs in the guest, which is never done' }
            @{ Option = 'GuestNotice'; Value = 'agent:guest-fsfreeze-freeze'; Id = 'GuestNoticeInvalid'; Says = 'guest-fsfreeze-freeze is a command of the standard guest agent' }
            @{ Option = 'RemapPins'; Value = 'perhaps'; Id = 'OptionInvalid'; Says = 'neither true nor false' }
            @{ Option = 'AssignedHosts'; Value = 'h1', 'h12'; Id = 'HostNotFound'; Says = "no host 'h12' in cluster 'lab'. Did you mean 'h1'" }
            @{ Option = 'AvoidedHosts'; Value = 'zzzz'; Id = 'HostNotFound'; Says = "no host 'zzzz'" }
        ) {
            $typed = @{ VM = 'doc-o1'; $Option = $Value }
            $record = Get-ErrorOf { Set-VmMigrationOption @typed }
            ($record.FullyQualifiedErrorId -split ',')[0] | Should -Be $Id
            "$record" | Should -Match $Says
            Get-StoredOptions doc-o1 | Should -BeNullOrEmpty
        }

        It 'refuse what contradicts itself' {
            Assert-Error (Get-ErrorOf { Set-VmMigrationOption doc-o1 -AssignedHosts h1, h2 -ExcludedHosts H2 }) HostsContradict doc-o1 'cannot have h2 among its AssignedHosts'
            Assert-Error (Get-ErrorOf { Set-VmMigrationOption doc-o1 -PreferredHosts h1 -AvoidedHosts h1 }) HostsContradict doc-o1 'PreferredHosts'
        }

        It 'are completed: <Line>' -ForEach @(
            @{ Line = 'Set-VmMigrationOption x -MigrationMode Manual'; Expected = 'ManualAndAutomatic', 'ManualOnly' }
            @{ Line = 'Set-VmMigrationOption x -MigrationPriority '; Expected = 'High', 'Low', 'Medium' }
            @{ Line = 'Set-VmMigrationOption x -AssignedHosts h'; Expected = 'h1', 'h2' }
            @{ Line = 'Set-VmMigrationOption x -AvoidedHosts h1, h'; Expected = 'h1', 'h2' }
        ) {
            Get-Completion $Line | Should -Be $Expected
        }
    }

    Context 'That exclude each other' {
        AfterEach { Clear-Options }

        It 'are refused for the cluster, with every VM and whose setting it is, also of one that is shut off' {
            Set-VmMigrationOption doc-o1, doc-off -ParallelConnections Parallel
            Set-VmMigrationOption doc-o2 -ParallelConnections Auto
            $before = Get-ClusterBytes
            $record = Get-ErrorOf { Set-ClusterMigrationOption lab -Policy PostCopy }
            Assert-Error $record OptionConflict lab "Nothing was changed.*doc-o1 on h1: ParallelConnections Parallel \(its own\), policy PostCopy \(the cluster's\): parallel connections exclude post-copy"
            "$record" | Should -Match "doc-off on h1: ParallelConnections Parallel \(its own\), policy PostCopy \(the cluster's\)"
            "$record" | Should -Not -Match doc-o2
            $record.Exception.Conflicts.VM | Should -Contain doc-off
            Get-ClusterBytes | Should -Be $before
            Invoke-Shell 'Set-ClusterMigrationOption lab -Policy PostCopy -WhatIf' | Should -Match 'doc-off on h1' -Because '-WhatIf finds what would be refused'
        }

        It 'are refused for the cluster where VMs have the policy' {
            Set-VmMigrationOption doc-o1 -Policy PostCopy
            Assert-Error (Get-ErrorOf { Set-ClusterMigrationOption lab -ParallelConnections 4 }) OptionConflict lab "doc-o1 on h1: ParallelConnections 4 \(the cluster's\), policy PostCopy \(its own\)"
            Set-VmMigrationOption doc-o1 -Policy VeryLarge
            Assert-Error (Get-ErrorOf { Set-ClusterMigrationOption lab -ParallelAllowed $false }) OptionConflict lab 'doc-o1 on h1: .*policy VeryLarge \(its own\).*needs parallel migration'
            (Get-ClusterMigrationOption lab).Stated | Should -BeNullOrEmpty
        }

        It 'are refused for the VM' {
            Set-ClusterMigrationOption lab -ParallelConnections Parallel
            Assert-Error (Get-ErrorOf { Set-VmMigrationOption doc-o1 -Policy PostCopy }) OptionConflict doc-o1 "ParallelConnections Parallel \(the cluster's\), policy PostCopy \(its own\)"
            Set-ClusterMigrationOption lab -ParallelConnections Default -Policy PostCopy
            Assert-Error (Get-ErrorOf { Set-VmMigrationOption doc-off -ParallelConnections 4 }) OptionConflict doc-off "ParallelConnections 4 \(its own\), policy PostCopy \(the cluster's\)"
            Set-ClusterMigrationOption lab -Policy Default -ParallelAllowed $false
            Assert-Error (Get-ErrorOf { Set-VmMigrationOption doc-o1 -ParallelConnections 4 }) OptionConflict doc-o1 'the cluster forbids parallel migration'
            Assert-Error (Get-ErrorOf { Set-VmMigrationOption doc-o1 -Policy VeryLarge }) OptionConflict doc-o1 'needs parallel migration, which the cluster forbids'
            Get-StoredOptions doc-o1 | Should -BeNullOrEmpty
            Get-StoredOptions doc-off | Should -BeNullOrEmpty
        }

        It 'are found on every host, or not changed without -Force' {
            Register-SilentHost lab
            Assert-Error (Get-ErrorOf { Set-ClusterMigrationOption lab -Policy PostCopy }) HostsSilent lab 'far \(.*refused'
            (Get-ClusterMigrationOption lab).Policy | Should -Be MinimalDowntime
            Set-ClusterMigrationOption lab -Policy PostCopy -Force -WarningVariable warnings -WarningAction SilentlyContinue
            "$warnings" | Should -Match 'were not checked.*far'
            (Get-ClusterMigrationOption lab).Policy | Should -Be PostCopy
            Set-ClusterMigrationOption lab -MaxConcurrent 1 -ErrorAction Stop
            (Get-ClusterMigrationOption lab).MaxConcurrent | Should -Be 1 -Because 'what cannot conflict asks no host'
        }
    }

    Context 'In a plan' {
        AfterEach { Clear-Options }

        It 'count in the order parameter, VM, cluster, policy' {
            function Get-Origin([string] $Setting, [hashtable] $Parameters = @{}) {
                $decision = (Get-VmMigrationPlan doc-o1 -Destination h2 @Parameters).Decisions | Where-Object Setting -EQ $Setting
                "$($decision.Taken) $($decision.Origin)"
            }

            Get-Origin InitialDowntime | Should -Be '100 ms Policy'
            Get-Origin Concurrency | Should -Be '2 Policy'
            Set-ClusterMigrationOption lab -MigrationBandwidth 5Gbps -ParallelConnections Auto -MaxConcurrent 1
            Get-Origin Concurrency | Should -Be '1 Cluster'
            Get-Origin Bandwidth | Should -Be '5 Gbps Cluster'
            Set-VmMigrationOption doc-o1 -MigrationBandwidth 4Gbps -ParallelConnections 2 -MaxDowntime 700ms
            Get-Origin Bandwidth | Should -Be '4 Gbps Vm'
            Get-Origin ParallelConnections | Should -Be '2 Vm'
            Get-Origin InitialDowntime | Should -Be '700 ms Vm'
            Get-Origin Bandwidth @{ Bandwidth = '3Gbps' } | Should -Be '3 Gbps Parameter'
            Get-Origin ParallelConnections @{ ParallelConnections = 'Disabled' } | Should -Be 'Disabled Parameter'
            Get-Origin InitialDowntime @{ MaxDowntime = '900ms' } | Should -Be '900 ms Parameter'
        }

        It 'that are unknown here give way to the cluster''s, with a warning' {
            Invoke-Virsh h1 metadata doc-o1 https://virtmigration.github.io/xmlns/options/1 --key vm-options --set '<options version="1" policy="Elsewhere"/>' --live --config | Out-Null
            $plan = Get-VmMigrationPlan doc-o1 -Destination h2 -WarningVariable said -WarningAction SilentlyContinue
            $plan.Policy | Should -Be MinimalDowntime
            $said | Should -Match "VM 'doc-o1': the VM asks for policy 'Elsewhere', which is not known here"
            (Get-VmMigrationOption doc-o1).Policy | Should -Be Elsewhere
        }

        It 'warn on the warning stream and in its text' {
            $plan = Get-VmMigrationPlan doc-o1 -Destination h2 -ParallelConnections 20 -Compression Zstd -SwitchoverBandwidth Link -WarningVariable said -WarningAction SilentlyContinue
            $said.Count | Should -Be 3
            $plan.Warnings.Count | Should -Be 3
            $said[0] | Should -Match "VM 'doc-o1': 20 parallel connections"
            $said[1] | Should -Match 'Zstd compression is off.*libvirt 9\.4'
            $said[2] | Should -Match 'switchover bandwidth.*QEMU 8\.2'
            @($plan.ToText() -split "`n" -match '^ +WARNING +\S').Count | Should -Be 3
            @($plan.ToText() -split "`n" | Where-Object Length -GT 100) | Should -BeNullOrEmpty
        }

        It 'of encryption leave zero-copy out' {
            $plan = Get-VmMigrationPlan doc-o1 -Destination h2 -Policy VeryLarge -Encryption $true -WarningVariable said -WarningAction SilentlyContinue
            $plan.Transfer.ParallelConnections | Should -Be 2
            ($plan.Decisions | Where-Object Setting -EQ ZeroCopy).Taken | Should -Be off
            "$said" | Should -Match 'zero-copy is off .*encrypted'
        }

        It 'give way to a parameter that excludes them, with the reason' {
            Set-VmMigrationOption doc-o1 -ParallelConnections 2
            $plan = Get-VmMigrationPlan doc-o1 -Destination h2 -Policy PostCopy -WarningVariable said -WarningAction SilentlyContinue
            $plan.Transfer.ParallelConnections | Should -BeNullOrEmpty
            "$($plan.Schedule)" | Should -Match post-copy
            "$said" | Should -Match 'parallel connections are off although 2 was asked for: they exclude post-copy'
            $plan = Get-VmMigrationPlan doc-o1 -Destination h2 -Policy SuspendWorkloadIfNeeded
            $plan.Transfer.ParallelConnections | Should -Be 2
            ($plan.Decisions | Where-Object Setting -EQ Compression).Taken | Should -Be None
        }

        It 'of the cluster that forbid parallel migration refuse what needs it' {
            Set-ClusterMigrationOption lab -ParallelAllowed $false
            Assert-Error (Get-ErrorOf { Start-VmLiveMigration doc-o1 -Destination h2 -Policy VeryLarge }) ParallelForbidden doc-o1 "VeryLarge needs parallel.*cluster 'lab' forbids"
            Assert-Error (Get-ErrorOf { Start-VmLiveMigration doc-o1 -Destination h2 -ParallelConnections 2 }) ParallelForbidden doc-o1 'ParallelConnections 2 is asked for'
            (Get-VmMigrationPlan doc-o1 -Destination h2 -ParallelConnections Auto).Transfer.ParallelConnections | Should -BeNullOrEmpty
        }

        It 'refuse <Arguments>: <Id>' -ForEach @(
            @{ Arguments = '-Policy PostCopy -ParallelConnections 2'; Id = 'ParallelPostCopyConflict'; Says = 'exclude post-copy' }
            @{ Arguments = '-Policy VeryLarge -PostCopy Armed'; Id = 'ParallelPostCopyConflict'; Says = 'post-copy, which is armed' }
            @{ Arguments = '-PostCopy Scheduled'; Id = 'PostCopyUnplanned'; Says = 'no step that switches to post-copy' }
            @{ Arguments = '-Attached -Policy PostCopy'; Id = 'AttachedPostCopy'; Says = 'would be lost' }
            @{ Arguments = '-SwitchoverBandwidth unlimited'; Id = 'BandwidthInvalid'; Says = 'cannot be unlimited' }
            @{ Arguments = '-Tunnelled'; Id = 'TransportRefused'; Says = 'not migrated tunnelled' }
            @{ Arguments = '-Rdma'; Id = 'TransportRefused'; Says = 'not migrated over RDMA' }
        ) {
            foreach ($command in 'Get-VmMigrationPlan', 'Start-VmLiveMigration') {
                Assert-Error (Get-ErrorOf ([scriptblock]::Create("$command doc-o1 -Destination h2 $Arguments"))) $Id doc-o1 $Says
            }
            (Get-Whereabouts doc-o1).h1 | Should -Be running
        }

        It 'refuse -<Parameter> <Value> before anything is asked' -ForEach @(
            @{ Parameter = 'ParallelConnections'; Value = 1; Says = 'one connection is not parallel' }
            @{ Parameter = 'ParallelConnections'; Value = 0; Says = '2 to 255' }
            @{ Parameter = 'ParallelConnections'; Value = -1; Says = '2 to 255' }
            @{ Parameter = 'ParallelConnections'; Value = 256; Says = '2 to 255' }
            @{ Parameter = 'ParallelConnections'; Value = 'many'; Says = "'many'" }
            @{ Parameter = 'SwitchoverBandwidth'; Value = 104857600; Says = 'bare number.*MiB/s' }
            @{ Parameter = 'SwitchoverBandwidth'; Value = '10G'; Says = "'10G' is not a bandwidth.*10Gbps" }
            @{ Parameter = 'Bandwidth'; Value = '10G'; Says = "'10G' is not a bandwidth.*10Gbps" }
        ) {
            $typed = @{ $Parameter = $Value }
            Assert-BindingError { Start-VmLiveMigration doc-o1 -Destination h2 @typed } $Says
        }

        It 'are hidden where they are always refused' {
            (Get-Command Start-VmLiveMigration).Parameters.Tunnelled.Attributes.DontShow | Should -Contain $true
            Get-Completion 'Start-VmLiveMigration x -' | Should -Not -Contain '-Tunnelled'
        }
    }

    Context 'In a migration' {
        AfterEach { Clear-Options }

        It 'of the VM travel with it, and -ParallelConnections 2 is really parallel' {
            Set-VmMigrationOption doc-o1 -MaxDowntime 700ms -MigrationBandwidth 8Gbps
            Invoke-Virsh h1 metadata doc-o1 urn:notes --key notes --set '<notes owner="anna"/>' --live --config | Out-Null
            try {
                $result = Start-VmLiveMigration doc-o1 -Destination h2 -ParallelConnections 2
                $result.EndState | Should -Be Moved
                Assert-Guest doc-o1 h2
                foreach ($stored in (Get-StoredOptions doc-o1 h2), (Get-StoredOptions doc-o1 h2 -Inactive)) {
                    Get-Attributes $stored | Should -Be 'version="1" migrationBandwidth="8000000000bps" maxDowntime="700ms"'
                }
                Invoke-Virsh h2 metadata doc-o1 urn:notes --config | Out-String | Should -Match 'owner="anna"'
                (Get-VmMigrationOption doc-o1).Host | Should -Be h2

                $result.Measured.Setting | Should -Be ParallelConnections, Bandwidth, InitialDowntime
                $connections, $bandwidth, $downtime = $result.Measured
                $result.Measured[-1].Setting | Should -Be InitialDowntime -Because 'a list can be indexed'
                $connections.Asked, $connections.Planned, $connections.Seen | Should -Be '2', '2', '2'
                $bandwidth.Asked | Should -Be '8 Gbps'
                $bandwidth.Seen | Should -Match '^at most [\d.]+ .bps, on average [\d.]+ .bps$'
                $downtime.Asked, $downtime.Planned | Should -Be '700 ms', '700 ms'
                $downtime.Seen | Should -Match '^[\d.]+ m?s'
                Assert-View ($result.Measured | Get-View) 'Setting +Asked +Planned +Seen'
                (ConvertTo-AndFromJson $result).Measured[0].Seen | Should -Be '2'
            }
            finally {
                if ((Get-Whereabouts doc-o1).h2 -eq 'running') { Start-VmLiveMigration doc-o1 -Destination h1 | Out-Null }
            }
            Assert-Guest doc-o1 h1
            Get-Attributes (Get-StoredOptions doc-o1) | Should -Be 'version="1" migrationBandwidth="8000000000bps" maxDowntime="700ms"'
        }

        It 'take post-copy and a policy''s compression back with -PostCopy Off and -Compression None' {
            $result = Start-VmLiveMigration doc-o2 -Destination h2 -Policy PostCopy -PostCopy Off -Compression None
            try {
                $result.EndState | Should -Be Moved
                "$($result.Plan.Transfer.Techniques)" | Should -Not -Match 'PostCopy|Compressed'
                "$($result.Plan.Schedule)" | Should -Not -Match post-copy
                "$($result.Plan.Schedule)" | Should -Match 'abort$'
                ($result.Measured | Where-Object Setting -EQ ParallelConnections).Seen | Should -Be '1'
                Assert-Guest doc-o2 h2
            }
            finally {
                Start-VmLiveMigration doc-o2 -Destination h1 | Out-Null
            }
        }

        It 'cannot be changed: that is said at once' {
            Set-VmMigrationOption doc-o2 -MaxDowntime 700ms
            $shell = Start-Shell 'Start-VmLiveMigration doc-o2 -Destination h2 -Bandwidth 9Mbps | ForEach-Object { "$($_.EndState)" }'
            try {
                Wait-Transfer doc-o2
                $watch = [Diagnostics.Stopwatch]::StartNew()
                Assert-Error (Get-ErrorOf { Set-VmMigrationOption doc-o2 -Encryption $true }) VmIsMigrating doc-o2 'it is being migrated'
                $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
                (Get-VmMigrationOption doc-o2).MaxDowntime | Should -Be '700 ms' -Because 'they can be read'
                Test-Transfer doc-o2 | Should -BeTrue
                (Stop-VmMigration doc-o2).EndState | Should -Be Stayed
                Wait-Shell $shell | Should -Match Stayed
                Get-Attributes (Get-StoredOptions doc-o2) | Should -Be 'version="1" maxDowntime="700ms"'
            }
            finally {
                Remove-Shell $shell
            }
        }
    }

    Context 'On the screen, in JSON and at the Tab key' {
        AfterEach { Clear-Options }

        It 'have lists that can be indexed' {
            Set-ClusterMigrationOption lab -Encryption $true -MaxConcurrent 1
            (Get-ClusterMigrationOption lab).Stated[1] | Should -Be MaxConcurrent
            (Get-VmMigrationOption doc-o1).Effective[-1].Setting | Should -Be MigrationPriority
        }

        It 'read well at 100 columns' {
            Set-ClusterMigrationOption lab -ParallelConnections Auto -MigrationNetwork 10.78.0.0/24
            $view = Get-ClusterMigrationOption | Get-View
            Assert-View $view 'Cluster +: lab'
            $view | Should -Match '(?m)^ParallelConnections +: Auto$'
            $view | Should -Match '(?m)^MaxConcurrent +: as the policy says$'
            $view | Should -Match '(?m)^Stated +: ParallelConnections, MigrationNetwork$'
            $view = Get-VmMigrationOption doc-o1 | Get-View
            Assert-View $view 'VM +: doc-o1'
            $view | Should -Match '(?m)^ParallelConnections +: ClusterValue \(Auto, Cluster\)$'
            Assert-View ((Get-VmMigrationOption doc-o1).Effective | Get-View) 'Setting +Value +Origin'
        }

        It 'say in the view why what is stored counts as nothing' {
            Invoke-Virsh h1 metadata doc-o1 https://virtmigration.github.io/xmlns/options/1 --key vm-options --set '<options version="1" encryption="perhaps"/>' --live --config | Out-Null
            Get-VmMigrationOption doc-o1 -WarningAction SilentlyContinue | Get-View | Should -Match '(?m)^Problem +: .*cannot be understood'
        }

        It 'go through JSON' {
            $back = ConvertTo-AndFromJson (Get-ClusterMigrationOption lab)
            $back.ParallelConnections.Value | Should -Be Disabled
            (ConvertTo-AndFromJson (Get-VmMigrationOption doc-o1)).Effective[0].Value | Should -Be MinimalDowntime
            $plan = Get-VmMigrationPlan doc-o1 -Destination h2 -ParallelConnections 20 -WarningAction SilentlyContinue
            (ConvertTo-AndFromJson $plan).Warnings[0] | Should -Match '20 parallel'
        }

        It 'complete <Line>' -ForEach @(
            @{ Line = 'Get-ClusterMigrationOption '; Gives = @('lab') }
            @{ Line = 'Set-ClusterMigrationOption l'; Gives = @('lab') }
            @{ Line = 'Set-ClusterMigrationOption lab -Policy v'; Gives = @('VeryLarge') }
            @{ Line = 'Set-ClusterMigrationOption lab -ParallelConnections '; Gives = 'Auto', 'Disabled', 'Parallel' }
            @{ Line = 'Set-VmMigrationOption doc-o1 -SwitchoverBandwidth '; Gives = 'Link', 'None' }
            @{ Line = 'Set-VmMigrationOption doc-of'; Gives = @('doc-off') }
            @{ Line = 'Get-VmMigrationOption doc-of'; Gives = @('doc-off') }
            @{ Line = 'Start-VmLiveMigration x -ParallelConnections p'; Gives = @('Parallel') }
            @{ Line = 'Start-VmLiveMigration x -SwitchoverBandwidth '; Gives = 'Link', 'None' }
            @{ Line = 'Get-VmMigrationPlan x -PostCopy '; Gives = 'Off', 'Armed', 'Scheduled' }
            @{ Line = 'Get-VmMigrationPlan x -Compression z'; Gives = 'Zlib', 'Zstd' }
        ) {
            Get-Completion $Line | Sort-Object | Should -Be ($Gives | Sort-Object)
        }
    }
}
