-- phpMyAdmin SQL Dump
CREATE TABLE `tbl_bandwidth` (`id` int(10) UNSIGNED NOT NULL, `name_bw` varchar(255) NOT NULL, `rate_down` int(10),
  `rate_down_unit` enum('Kbps','Mbps') NOT NULL, `rate_up` int(10), `rate_up_unit` enum('Kbps','Mbps') NOT NULL);
INSERT INTO `tbl_bandwidth` VALUES (1,'b',60,'Mbps',30000,'Kbps');
INSERT INTO `tbl_plans` (`id`, `name_plan`, `id_bw`, `price`, `type`) VALUES
(4, 'Gold', 1, '300000', 'PPPOE'), (5, 'home-10', 9, '150000', 'PPPOE');
INSERT INTO `tbl_customers` (`id`, `username`, `password`, `pppoe_password`, `fullname`, `address`, `phonenumber`, `service_type`, `status`) VALUES
(1, 'ali', 'web', 'dial', 'Ali Akbar', 'Jl. Mawar 1\r\nSleman', '0812-3456-7890', 'PPPoE', 'Active'),
(2, 'budi', 'b', '', 'Budi', NULL, '0', 'PPPoE', 'Active'),
(3, 'cita', 'c', '', 'Cita', NULL, NULL, 'Hotspot', 'Banned'),
(4, 'dodi', 'd', '', 'Dodi', NULL, NULL, 'Others', 'Active');
INSERT INTO `tbl_user_recharges` (`id`, `customer_id`, `username`, `plan_id`, `namebp`, `expiration`, `status`, `type`) VALUES
(1, 1, 'ali', 5, 'home-10', '2027-06-30', 'off', 'PPPOE'), (2, 1, 'ali', 4, 'Gold', '2026-12-31', 'on', 'PPPOE'),
(3, 2, 'budi', 5, 'home-10', '2026-01-31', 'off', 'PPPOE'), (4, 3, 'cita', 5, 'home-10', '2026-12-31', 'on', 'Hotspot');
